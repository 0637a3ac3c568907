using System.Buffers;
using System.Globalization;
using Coda.Core.Files;
using Coda.Core.Storage;
using Coda.Core.Terminals;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Coda.Core.Uploads;

/// <summary>
/// The files that people gave to the programs in their terminals, <c>CODA_HOME/uploads</c>. Programs can write there, too: links are not
/// followed, and what is found is measured, not remembered.
/// </summary>
public sealed partial class UploadFolder(
    CodaHome home, IOptions<UploadOptions> options, IOptions<RetentionOptions> retention, ILogger<UploadFolder> log)
{
    private const int PieceSize = 64 << 10;
    private readonly Lock gate = new();
    private long underWay;

    /// <summary>Where it is.</summary>
    public string Path => home.UploadsDirectory;

    /// <summary>The most bytes of a file.</summary>
    public long LargestFile => (long)options.Value.FileMb << 20;

    /// <summary>Days that files are kept.</summary>
    public int Days => retention.Value.Days;

    private long MostTogether => (long)options.Value.TotalMb << 20;

    /// <summary>Keeps a file for the programs in a terminal, whole or not at all.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <param name="terminal">Where its path is to be typed.</param>
    /// <param name="name">What the client calls it, whatever that is.</param>
    /// <param name="length">In bytes, where it is known; else room for the largest is taken while it comes.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="cancellation">Removes what has come.</param>
    public async Task<UploadOutcome> KeepAsync(
        Caller caller, Terminal terminal, string name, long? length, Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(content);
        if (terminal.Mode == TerminalMode.Run || terminal.End is not null)
        {
            return new UploadOutcome.Refused(
                UploadRefusal.ReadOnly, "No one can type into this terminal: it is a task's, or it has ended. Nothing was uploaded.");
        }

        if (length > LargestFile)
        {
            return TooLarge();
        }

        try
        {
            var outcome = await KeepAsync(name, length ?? LargestFile, content, cancellation);
            if (outcome is UploadOutcome.Kept)
            {
                LogKept(caller, terminal.Id);
            }

            return outcome;
        }
        catch (IOException e) when (DiskSpace.IsMissing(e))
        {
            return new UploadOutcome.Refused(
                UploadRefusal.NoRoom,
                "The server's disk has no space for this file. Nothing of it was kept. Make space, then upload it again.");
        }
        catch (IOException e)
        {
            LogUnusable(e);
            return new UploadOutcome.Refused(
                UploadRefusal.Unusable,
                $"The file cannot be written: {e.Message} Nothing of it was kept. {Path} must be a plain directory.");
        }
    }

    /// <summary>Removes what a server that died had not received whole.</summary>
    internal void RemoveDrafts() => RemoveWhere((_, entry) => UploadDraft.Is(entry.Name));

    /// <summary>Removes what was uploaded before a moment.</summary>
    internal void RemoveBefore(DateTimeOffset moment) =>
        RemoveWhere((folder, entry) => folder.Look(entry) is { } found && found.WrittenSeconds < moment.ToUnixTimeSeconds());

    private async Task<UploadOutcome> KeepAsync(string name, long most, Stream content, CancellationToken cancellation)
    {
        using var held = HeldDirectory.Open(home.Root);
        held.MakeDirectory(System.IO.Path.GetFileName(Path));
        using var folder = Find(held) ?? throw new FileNotFoundException($"{Path} does not exist.");
        if (TryReserve(folder, most) is { } refused)
        {
            return refused;
        }

        try
        {
            using var draft = new UploadDraft(folder, UploadName.Safe(name));
            return await ReceiveAsync(draft, most, content, cancellation);
        }
        finally
        {
            lock (gate)
            {
                underWay -= most;
            }
        }
    }

    private async Task<UploadOutcome> ReceiveAsync(UploadDraft draft, long most, Stream content, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (var at = 0L; ;)
            {
                switch (await TryReadAsync(content, buffer, cancellation))
                {
                    case null:
                        return new UploadOutcome.Refused(
                            UploadRefusal.Cut, "The file did not arrive whole. Nothing of it was kept; upload it again.");
                    case 0:
                        return new UploadOutcome.Kept(draft.Publish());
                    case { } read when at + read > most:
                        return TooLarge();
                    case { } read:
                        await draft.WriteAsync(buffer.AsMemory(0, read), at);
                        at += read;
                        break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Null when the sender is gone: no failure of ours.
    private static async Task<int?> TryReadAsync(Stream content, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private UploadOutcome.Refused TooLarge() => new(
        UploadRefusal.TooLarge,
        $"The file is larger than {options.Value.FileMb} MiB. Nothing of it was kept. "
        + "Make it smaller, or bring it to the server another way, such as with scp.");

    private UploadOutcome.Refused? TryReserve(HeldDirectory folder, long bytes)
    {
        lock (gate)
        {
            // What is kept by now, and of each that is under way all that it may become.
            var used = DirectoryTree.Size(folder, path => !UploadDraft.Is(path)) + underWay;
            if (used + bytes > MostTogether)
            {
                return new UploadOutcome.Refused(
                    UploadRefusal.NoRoom,
                    string.Create(CultureInfo.InvariantCulture, $"Uploads take {used / (1024.0 * 1024):0.#} ")
                    + $"of {options.Value.TotalMb} MiB, "
                    + "and this file does not fit. Nothing of it was kept. "
                    + $"Uploads are kept for {Days} days; remove what is not needed from {Path}, then upload it again.");
            }

            underWay += bytes;
            return null;
        }
    }

    private void RemoveWhere(Func<HeldDirectory, HeldEntry, bool> chosen)
    {
        try
        {
            using var held = HeldDirectory.Open(home.Root);
            using var folder = Find(held);
            foreach (var entry in folder?.Entries().ToList() ?? [])
            {
                if (chosen(folder!, entry))
                {
                    Remove(folder!, entry);
                }
            }
        }
        catch (IOException e)
        {
            LogNotRemoved(e);
        }
    }

    private void Remove(HeldDirectory folder, HeldEntry entry)
    {
        try
        {
            folder.Remove(entry);
        }
        catch (IOException e)
        {
            LogNotRemoved(e);
        }
    }

    private HeldDirectory? Find(HeldDirectory held) => held.FindDirectory(System.IO.Path.GetFileName(Path));

    [LoggerMessage(LogLevel.Information, "{Caller} uploaded a file for terminal {Id}.")]
    private partial void LogKept(Caller caller, TerminalId id);

    [LoggerMessage(LogLevel.Warning, "An upload could not be written.")]
    private partial void LogUnusable(Exception failure);

    [LoggerMessage(LogLevel.Warning, "Uploads that are no longer kept could not be removed.")]
    private partial void LogNotRemoved(Exception failure);
}

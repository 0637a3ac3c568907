using System.Globalization;
using System.Text.Json;
using Coda.Core.Files;

namespace Coda.Core.Storage;

/// <summary>
/// Makes this process the one server of a home until it ends, however it ends: flock(2) on <c>CODA_HOME/lock</c>.
/// Who holds it is in <c>lock.owner</c> beside it, since a locked file cannot be opened by the one who is refused.
/// </summary>
public sealed class HomeLock : IDisposable
{
    /// <summary>EWOULDBLOCK of flock(2).</summary>
    private const int Locked = 11;

    private readonly FileStream file;
    private readonly string ownerPath;

    private HomeLock(FileStream file, string ownerPath)
    {
        this.file = file;
        this.ownerPath = ownerPath;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="StartupException">Another server has it; the message names its pid and address.</exception>
    public static HomeLock Acquire(CodaHome home)
    {
        var ownerPath = home.LockPath + ".owner";
        try
        {
            var held = new HomeLock(new FileStream(home.LockPath, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }), ownerPath);
            held.Tell("");
            return held;
        }
        catch (IOException e) when (e.HResult == Locked)
        {
            throw new StartupException(
                $"Another CoDA server uses {home.Root}{Describe(ownerPath)}. "
                + "Stop it first, or set CODA_HOME to another directory. Nothing was changed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{home.LockPath} cannot be locked: {e.Message} Set CODA_HOME to a directory this user may write.");
        }
    }

    /// <summary>Tells a second server where this one listens.</summary>
    public void SetAddress(string address) => Tell(address);

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        File.Delete(ownerPath);
        file.Dispose();
    }

    private static string Describe(string ownerPath)
    {
        try
        {
            return JsonSerializer.Deserialize<Owner>(File.ReadAllBytes(ownerPath)) is { } owner
                ? $" (pid {owner.Pid.ToString(CultureInfo.InvariantCulture)}{(owner.Address.Length > 0 ? $", {owner.Address}" : "")})"
                : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // It has only just begun: the refusal comes without its name.
            return "";
        }
    }

    private void Tell(string address)
    {
        // Renamed into place: a reader sees one owner or the other, never half of one.
        var draft = ownerPath + ".new";
        try
        {
            File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(new Owner(Environment.ProcessId, address)));
            File.Move(draft, ownerPath, overwrite: true);
        }
        catch (IOException e) when (DiskSpace.IsMissing(e))
        {
            // The lock holds all the same; a second server is refused without the name of this one, or of one that died.
            File.Delete(draft);
            File.Delete(ownerPath);
        }
    }

    private sealed record Owner(int Pid, string Address);
}

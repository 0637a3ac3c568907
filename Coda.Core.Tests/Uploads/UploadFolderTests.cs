using System.IO.Pipelines;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using Coda.Core.Uploads;

namespace Coda.Core.Tests.Uploads;

public sealed class UploadFolderTests : IAsyncLifetime
{
    private const int Mebibyte = 1 << 20;
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string root = Directory.CreateTempSubdirectory("coda-uploads-").FullName;
    private CoreHost host = null!;
    private Terminal terminal = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Folder => host.Home.UploadsDirectory;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        host = new CoreHost(new() { ["Uploads:FileMb"] = "2", ["Uploads:TotalMb"] = "4" }, root: root);
        await host.StartAsync();
        terminal = await host.OpenAsync("cat");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task A_file_is_kept_for_its_owner_under_its_own_name()
    {
        var first = await KeptAsync("Übersicht.txt", "content"u8.ToArray());
        var second = await KeptAsync("Übersicht.txt", []);
        Assert.Equal("content", await File.ReadAllTextAsync(first, Cancellation));
        Assert.Equal("", await File.ReadAllTextAsync(second, Cancellation));
        Assert.Matches(@"^[0-9a-f]{8}/Übersicht\.txt$", Path.GetRelativePath(Folder, first));
        Assert.NotEqual(first, second);
        Assert.Equal(OwnerReadWrite, File.GetUnixFileMode(first));
        Assert.All([Folder, Path.GetDirectoryName(first)!], directory =>
            Assert.Equal(OwnerReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory)));
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0b\n")]
    [InlineData("-rf")]
    public async Task No_name_leads_out_of_the_folder(string name)
    {
        var path = await KeptAsync(name, [1]);
        Assert.Equal(Folder, Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path))));
        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_large_is_refused_and_leaves_nothing(bool lengthIsKnown)
    {
        await KeptAsync("fits", new byte[2 * Mebibyte], lengthIsKnown);
        var refused = await RefusedAsync(UploadRefusal.TooLarge, new byte[(2 * Mebibyte) + 1], lengthIsKnown);
        Assert.Contains("larger than 2 MiB", refused, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Beyond_the_total_a_file_is_refused_with_what_to_do_and_room_that_is_made_counts()
    {
        var first = await KeptAsync("first", new byte[2 * Mebibyte]);
        await KeptAsync("second", new byte[2 * Mebibyte]);
        var refused = await RefusedAsync(UploadRefusal.NoRoom, new byte[1]);
        Assert.Contains("4 of 4 MiB", refused, StringComparison.Ordinal);
        Assert.Contains("30 days", refused, StringComparison.Ordinal);
        Assert.Contains(Folder, refused, StringComparison.Ordinal);

        File.Delete(first);
        await KeptAsync("third", new byte[Mebibyte]);
    }

    [Fact]
    public async Task Files_under_way_count_with_all_that_they_may_become()
    {
        var cut = new CancellationTokenSource();
        var slow = (new Pipe(), new Pipe());
        await slow.Item1.Writer.WriteAsync(new byte[10], Cancellation);
        var known = SendAsync("known", slow.Item1.Reader.AsStream(), Mebibyte, Cancellation);
        var unknown = SendAsync("unknown", slow.Item2.Reader.AsStream(), null, cut.Token);
        await RefusedAsync(UploadRefusal.NoRoom, new byte[Mebibyte + 1]);
        await KeptAsync("fits", new byte[Mebibyte]);

        await slow.Item1.Writer.CompleteAsync();
        Assert.IsType<UploadOutcome.Kept>(await known);
        await cut.CancelAsync();
        Assert.Equal(UploadRefusal.Cut, Assert.IsType<UploadOutcome.Refused>(await unknown).Reason);
        await KeptAsync("later", new byte[2 * Mebibyte]);
    }

    [Fact]
    public async Task Many_at_once_never_pass_the_total()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => Task.Run(() => SendAsync($"{i}", new MemoryStream(new byte[Mebibyte / 2]), Mebibyte / 2, Cancellation))));
        Assert.Equal(8, outcomes.OfType<UploadOutcome.Kept>().Count());
        Assert.Equal(8, Directory.GetFileSystemEntries(Folder).Length);
    }

    [Fact]
    public async Task A_cancelled_or_broken_file_leaves_nothing_and_is_not_seen_before_it_is_whole()
    {
        var pipe = new Pipe();
        using var cancel = new CancellationTokenSource();
        var sending = SendAsync("half", pipe.Reader.AsStream(), 1000, cancel.Token);
        await pipe.Writer.WriteAsync(new byte[500], Cancellation);
        await Wait.Until(
            () => Directory.EnumerateFiles(Folder, "half", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length > 0));
        Assert.EndsWith(".new", Assert.Single(Directory.GetDirectories(Folder)), StringComparison.Ordinal);
        await cancel.CancelAsync();
        Assert.Equal(UploadRefusal.Cut, Assert.IsType<UploadOutcome.Refused>(await sending).Reason);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));

        var broken = new Pipe();
        var failing = SendAsync("broken", broken.Reader.AsStream(), 1000, Cancellation);
        await broken.Writer.WriteAsync(new byte[500], Cancellation);
        await broken.Writer.CompleteAsync(new IOException("reset"));
        Assert.Equal(UploadRefusal.Cut, Assert.IsType<UploadOutcome.Refused>(await failing).Reason);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task A_terminal_into_which_no_one_types_takes_none()
    {
        var ofTask = await host.OpenAsync("cat", TerminalMode.Run);
        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed);
        foreach (var one in (Terminal[])[ofTask, terminal])
        {
            var outcome = await host.Get<UploadFolder>().KeepAsync(TestCaller.Owner, one, "x", 1, new MemoryStream([1]), Cancellation);
            Assert.Equal(UploadRefusal.ReadOnly, Assert.IsType<UploadOutcome.Refused>(outcome).Reason);
        }

        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_folder_is_not_followed()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(root, "elsewhere")).FullName;
        Directory.CreateDirectory(Path.Combine(elsewhere, "0123abcd.new"));
        Directory.CreateSymbolicLink(Folder, elsewhere);
        Assert.Contains("a link", await RefusedAsync(UploadRefusal.Unusable, [1]), StringComparison.Ordinal);
        host.Get<UploadFolder>().RemoveDrafts();
        host.Get<UploadFolder>().RemoveBefore(DateTimeOffset.MaxValue);
        Assert.Single(Directory.GetFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task Links_in_the_folder_are_neither_measured_nor_followed_when_they_go()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(root, "elsewhere")).FullName;
        var precious = Path.Combine(elsewhere, "precious");
        await File.WriteAllBytesAsync(precious, new byte[8 * Mebibyte], Cancellation);
        var kept = await KeptAsync("old", [1]);
        Directory.CreateSymbolicLink(Path.Combine(Folder, "planted"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(kept)!, "planted"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(Folder, "0123abcd.new"), elsewhere);
        await KeptAsync("fits", new byte[Mebibyte]);

        host.Get<UploadFolder>().RemoveDrafts();
        host.Get<UploadFolder>().RemoveBefore(DateTimeOffset.MaxValue);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
        Assert.True(File.Exists(precious));
    }

    [Fact]
    public async Task Retention_removes_what_was_uploaded_long_ago_and_nothing_else()
    {
        var old = await KeptAsync("old.txt", [1]);
        var young = await KeptAsync("young.txt", [1]);
        Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(old)!, TimeProvider.System.GetUtcNow().AddDays(-31).UtcDateTime);
        await host.Get<Retention>().SweepAsync(Cancellation);
        Assert.False(Directory.Exists(Path.GetDirectoryName(old)));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task What_a_server_that_died_had_half_is_removed_at_the_next_start()
    {
        var kept = await KeptAsync("kept.txt", "kept"u8.ToArray());
        var half = Directory.CreateDirectory(Path.Combine(Folder, "0123abcd.new")).FullName;
        await File.WriteAllTextAsync(Path.Combine(half, "half.txt"), "ha", Cancellation);
        await host.DisposeAsync();
        await InitializeAsync();
        Assert.False(Directory.Exists(half));
        Assert.Equal("kept", await File.ReadAllTextAsync(kept, Cancellation));
    }

    private Task<UploadOutcome> SendAsync(string name, Stream content, long? length, CancellationToken cancellation) =>
        host.Get<UploadFolder>().KeepAsync(TestCaller.Owner, terminal, name, length, content, cancellation);

    private async Task<string> KeptAsync(string name, byte[] content, bool lengthIsKnown = true) => Assert.IsType<UploadOutcome.Kept>(
        await SendAsync(name, new MemoryStream(content), lengthIsKnown ? content.Length : null, Cancellation)).Path;

    private async Task<string> RefusedAsync(UploadRefusal reason, byte[] content, bool lengthIsKnown = true)
    {
        var refused = Assert.IsType<UploadOutcome.Refused>(
            await SendAsync("refused", new MemoryStream(content), lengthIsKnown ? content.Length : null, Cancellation));
        Assert.Equal(reason, refused.Reason);
        return refused.Message;
    }
}

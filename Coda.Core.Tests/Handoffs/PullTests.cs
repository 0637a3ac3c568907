using System.Text;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Handoffs;

/// <summary>Pulls that are large or slow.</summary>
public sealed class PullTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-pull-").FullName;
    private CoreHost host = null!;

    public ValueTask InitializeAsync()
    {
        host = new CoreHost(FakeDatabricks.Install(root, "echo AGENT has $(find . -name '*.bin' | wc -l) files; read -r"), root: root);
        return new(host.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task A_slow_start_that_says_nothing_is_waited_for()
    {
        FakeDatabricks.Put(root, $"/Users/me@x.y/p/{FakeDatabricks.Hold}", "");
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(), default);
        await Wait.Until(() => File.Exists($"{root}/bin/calls") && host.Terminals.Live.Count == 1);
        var terminal = Assert.Single(host.Terminals.Live);
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        Assert.Equal("", terminal.Text());
        Assert.False(asking.IsCompleted);

        FakeDatabricks.Go(root);
        Assert.IsType<HandoffStart.Launched>(await asking.WaitAsync(Wait.Timeout));
        await terminal.Shows("AGENT has 0 files");
        Assert.StartsWith("Export started.", terminal.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_folder_is_seen_coming_and_has_its_baseline()
    {
        const int Folders = 40, FilesEach = 100, Kilobytes = 10;
        var random = new Random(1);
        var content = new byte[Kilobytes << 10];
        for (var folder = 0; folder < Folders; folder++)
        {
            var directory = Directory.CreateDirectory($"{root}/bin/workspace/Users/me@x.y/p/data{folder:00}").FullName;
            for (var file = 0; file < FilesEach; file++)
            {
                random.NextBytes(content); // nothing that compresses
                await File.WriteAllBytesAsync($"{directory}/{file:00}.bin", content, TestContext.Current.CancellationToken);
            }
        }

        FakeDatabricks.Put(root, $"/Users/me@x.y/p/data20/{FakeDatabricks.Hold}", "");
        var began = TimeProvider.System.GetTimestamp();
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(), default);
        await Wait.Until(() => host.Terminals.Live.Count == 1);
        var terminal = host.Terminals.Live[0];
        using var viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        var watching = WatchAsync(terminal, "AGENT has");
        await terminal.Shows("/data19/");
        Assert.False(asking.IsCompleted);

        FakeDatabricks.Go(root);
        var launched = Assert.IsType<HandoffStart.Launched>(await asking.WaitAsync(Wait.Timeout));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Folders * FilesEach} files, {Folders * FilesEach * Kilobytes >> 10} MB: {TimeProvider.System.GetElapsedTime(began)}");
        Assert.Equal(Folders * FilesEach, (await watching).Split(".bin -> ").Length - 1);
        await terminal.Shows($"AGENT has {Folders * FilesEach} files");
        var folderNow = Assert.Single(await host.Get<HandoffFolders>().ListAsync(default));
        Assert.Equal((launched.Handoff.Id, 0), (folderNow.Handoff.Id, folderNow.Changes));

        await terminal.EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        await Wait.Until(() => !Directory.Exists(launched.Handoff.Directory));
    }

    [Fact]
    public async Task On_a_full_disk_the_agent_comes_after_the_pull_and_end_ends_it()
    {
        FakeDatabricks.Put(root, $"/Users/me@x.y/p/{FakeDatabricks.Hold}", "");
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(), default);
        await Wait.Until(() => File.Exists($"{root}/bin/calls") && host.Terminals.Live.Count == 1);
        var terminal = Assert.Single(host.Terminals.Live);
        using var disk = await FullDisk.MakeAsync(host);
        FakeDatabricks.Go(root);
        Assert.IsType<HandoffStart.Launched>(await asking.WaitAsync(Wait.Timeout));
        await terminal.Shows("AGENT has 0 files");
        Assert.Equal(TerminalEndReason.Closed, (await terminal.EndAsync(
            TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout)).Reason);
    }

    [Fact]
    public async Task On_a_full_disk_end_ends_a_pull()
    {
        FakeDatabricks.Put(root, $"/Users/me@x.y/p/{FakeDatabricks.Hold}", "");
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(), default);
        await Wait.Until(() => File.Exists($"{root}/bin/calls") && host.Terminals.Live.Count == 1);
        using var disk = await FullDisk.MakeAsync(host);
        await Assert.Single(host.Terminals.Live).EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.IsType<HandoffStart.Refused>(await asking.WaitAsync(Wait.Timeout));
    }

    private static HandoffRequest Request() => new() { Prompt = "look", WorkspacePath = "/Users/me@x.y/p", Agent = "fake" };

    // As a page reads: piece by piece.
    private static async Task<string> WatchAsync(Terminal terminal, string last)
    {
        var seen = new StringBuilder();
        var piece = new byte[64 << 10];
        for (long at = 0; !seen.ToString().Contains(last, StringComparison.Ordinal);)
        {
            await terminal.Recording.WaitPastAsync(at, CancellationToken.None).AsTask().WaitAsync(Wait.Timeout);
            var read = terminal.Recording.Read(at, piece);
            Assert.Equal(at, read.From);
            seen.Append(Encoding.UTF8.GetString(piece, 0, read.Count));
            at += read.Count;
        }

        return seen.ToString();
    }

    [Fact]
    public async Task A_pull_whose_directory_is_gone_ends_the_terminal_and_the_hand_off()
    {
        FakeDatabricks.Put(root, $"/Users/me@x.y/p/{FakeDatabricks.Hold}", "");
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(), default);
        await Wait.Until(() => File.Exists($"{root}/bin/calls") && host.Terminals.Live.Count == 1);
        var terminal = Assert.Single(host.Terminals.Live);
        var target = File.ReadAllText($"{root}/bin/calls").Split(' ')[3];
        Directory.Delete(target, recursive: true);
        Directory.CreateSymbolicLink(target, "/nowhere"); // what the pull makes there fails, and its exit code is 0 all the same
        FakeDatabricks.Go(root);
        Assert.Contains("hand-off", Assert.IsType<HandoffStart.Refused>(await asking.WaitAsync(Wait.Timeout)).Message);
        await terminal.EndsAsync();
        await Wait.Until(async () => (await host.Get<HandoffService>().ListAsync(TimeSpan.FromDays(1), "", null, 10, default))
            .All(view => view.EndedAt is not null));
    }
}

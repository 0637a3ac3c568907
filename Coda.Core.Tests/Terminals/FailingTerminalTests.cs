using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals;

/// <summary>What fails in a terminal, or beside it, is heard, and never leaves one that neither runs nor ends.</summary>
public sealed class FailingTerminalTests
{
    [Fact]
    public async Task A_terminal_whose_output_cannot_be_followed_ends_though_its_program_would_not_and_says_so()
    {
        await using var host = new CoreHost();
        var terminal = await host.OpenAsync("echo ready; read -r; yes");
        await Wait.Until(() => terminal.Recording.Length > 0);
        host.Terminals.Engine.Find(terminal.Id)!.Recording.Dispose(); // what appends to it fails from now on
        await terminal.TypesAsync("\n");
        var end = await terminal.Ended.WaitAsync(Wait.Timeout);
        Assert.Equal(TerminalEndReason.Failed, end.Reason);
        await Wait.Until(() => host.Terminals.Find(terminal.Id) is null);
        Assert.Equal(TerminalEndReason.Failed, Assert.Single(await host.Terminals.EndedAsync(10, CancellationToken.None)).EndReason);
    }

    [Fact]
    public async Task A_listener_that_throws_neither_stops_a_terminal_nor_keeps_the_others_from_hearing()
    {
        await using var host = new CoreHost();
        var heard = 0;
        host.Terminals.Changed += _ => throw new InvalidOperationException("a page that fails");
        host.Terminals.Changed += _ => Interlocked.Increment(ref heard);
        var terminal = await host.OpenAsync("printf '\\e]2;one\\a'; read -r; printf '\\e]2;two\\a'; exec cat");
        terminal.Changed += _ => throw new InvalidOperationException("a page that fails");
        await terminal.TypesAsync("\n");
        await Wait.Until(() => terminal.Title == "two");
        await terminal.TypesAsync("still here\n");
        await terminal.Shows("still here");
        Assert.True(heard > 0);
        Assert.Null(terminal.End);
    }

    [Fact]
    public async Task A_terminal_that_cannot_be_opened_is_refused_and_gives_its_slot_back()
    {
        await using var host = new CoreHost(new() { ["Terminals:MaxConcurrent"] = "1" });
        var recordings = host.Home.RecordingsDirectory;
        Directory.Delete(recordings);
        File.WriteAllText(recordings, "in the way");
        var launch = new TerminalLaunch
        {
            Mode = TerminalMode.Run, Label = "test",
            Command = new TerminalCommand { Arguments = ["bash"], WorkingDirectory = host.Projects },
        };
        for (var i = 0; i < 3; i++)
        {
            var refused = Assert.IsType<TerminalOpening.Refused>(await host.Terminals.OpenAsync(
                TestCaller.Owner, launch, CancellationToken.None));
            Assert.StartsWith("The terminal could not be opened: ", refused.Message, StringComparison.Ordinal);
        }

        File.Delete(recordings);
        Directory.CreateDirectory(recordings);
        await host.OpenAsync("exec cat");
        Assert.Empty(await host.Terminals.EndedAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task Without_descriptors_a_terminal_is_refused_and_with_them_again_opened()
    {
        var said = await StarvedProcess.RunAsync(nameof(StarvedProcess.OpenWithoutDescriptors));
        Assert.Equal(["begun", "refused", "refused", "refused", "refused", "refused", "refused", "opened"], said);
    }

    [Fact]
    public async Task Whoever_asks_what_a_terminal_shows_while_it_fails_is_answered()
    {
        await using var host = new CoreHost();
        var terminal = await host.OpenAsync("trap '' HUP; echo ready; read -r; yes");
        await Wait.Until(() => terminal.Recording.Length > 0);
        host.Terminals.Engine.Find(terminal.Id)!.Recording.Dispose();
        await terminal.TypesAsync("\n");
        var asked = new List<Task>();
        await Wait.Until(() =>
        {
            asked.Add(terminal.TakeSnapshotAsync(int.MaxValue));
            asked.Add(terminal.TakeFrameAsync());
            return terminal.Ended.IsCompleted;
        });
        await Task.WhenAll(asked).WaitAsync(Wait.Timeout);
    }

    [Fact]
    public async Task A_terminal_that_is_being_opened_when_the_server_stops_is_refused_or_ended()
    {
        var opened = new System.Collections.Concurrent.ConcurrentBag<Terminal>();
        for (var round = 0; round < 5; round++)
        {
            var host = new CoreHost();
            var terminals = host.Terminals;
            var launch = new TerminalLaunch
            {
                Mode = TerminalMode.Run, Label = "test",
                Command = new TerminalCommand { Arguments = ["sleep", "1000"], WorkingDirectory = host.Projects },
            };
            var opening = Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
            {
                if (await terminals.OpenAsync(TestCaller.Owner, launch, default) is TerminalOpening.Opened { Terminal: var terminal })
                {
                    opened.Add(terminal);
                }
            })).ToList();
            await host.DisposeAsync();
            await Task.WhenAll(opening).WaitAsync(Wait.Timeout);
        }

        Assert.All(opened, terminal => Assert.True(terminal.Ended.IsCompleted));
    }
}

using System.IO.Compression;
using System.Text;
using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Components.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;

namespace Coda.Web.Tests.Components;

/// <summary>What a page is sent of a terminal, and when: the page is the test's, which says when it has parsed something.</summary>
public sealed class OutputPumpTests : IAsyncDisposable
{
    private const int MoreThanAPageMayBeBehind = 3_000_000;
    private readonly CodaApp app = new();
    private readonly Dispatcher dispatcher = Dispatcher.CreateDefault(); // as a circuit has it: one thing at a time
    private readonly FakeTimeProvider time = new();
    private readonly CircuitConnection connection = new();
    private readonly CancellationTokenSource gone = new();
    private readonly Page page = new();
    private Terminal terminal = null!;
    private TerminalViewer viewer = null!;
    private OutputPump pump = null!;
    private Task running = Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        try
        {
            await running.WaitAsync(Waiting.Timeout);
        }
        catch (OperationCanceledException)
        {
            // As when a visitor leaves.
        }

        viewer?.Dispose();
        connection.Dispose();
        gone.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_page_begins_with_what_is_shown_and_continues_where_that_ends()
    {
        await OpenAsync("printf 'one\\e]2;ti'; read -r; printf 'tle\\atwo'; read -r");
        await Waiting.UntilAsync(() => terminal.Recording.Length == "one\e]2;ti".Length);
        await BeginAsync();
        var snapshot = await CallAsync("snapshot");
        Assert.Equal("one".Length, snapshot.Offset); // the title that has begun comes whole
        Assert.Contains("one", Unpack(snapshot.Bytes), StringComparison.Ordinal);
        Assert.Equal("", snapshot.Arguments[2]);
        Assert.Equal([120, 32, true, false], snapshot.Arguments[3..]);
        page.ParsesAll();
        await TypeAsync("\n");
        await Waiting.UntilAsync(() => Written().EndsWith("two", StringComparison.Ordinal));
        Assert.Equal("\e]2;ti\r\ntle\atwo", Written());
        Assert.Equal("resume", page.Calls[0].Name);
    }

    [Fact]
    public async Task What_was_not_parsed_when_a_connection_was_lost_is_sent_again()
    {
        await OpenAsync("echo one; read -r; echo two; read -r; echo three; read -r");
        await BeginAsync();
        page.Parses("snapshot");
        await TypeAsync("\n");
        await CallAsync("write");
        await LoseConnectionAsync();
        await TypeAsync("\n");
        await Waiting.UntilAsync(() => TextOf(terminal).Contains("three", StringComparison.Ordinal));
        var before = page.Count;
        page.ParsesAll();
        await ConnectAsync();
        await Waiting.UntilAsync(() => Written(before).Contains("three", StringComparison.Ordinal));
        Assert.Contains("two", Written(before), StringComparison.Ordinal);
        Assert.Equal("resume", page.Calls[before].Name);
        Assert.DoesNotContain(page.Calls[before..], call => call.Name == "snapshot");
    }

    [Fact]
    public async Task A_snapshot_that_was_lost_on_its_way_is_followed_by_another()
    {
        await OpenAsync("echo one; read -r");
        await BeginAsync();
        await CallAsync("snapshot");
        await LoseConnectionAsync();
        var before = page.Count;
        await ConnectAsync();
        await CallAsync("snapshot", before);
    }

    [Fact]
    public async Task A_page_that_is_not_seen_has_the_rest_when_it_is_seen_again()
    {
        await FollowAsync("read -r; seq 1000; read -r");
        await OnCircuitAsync(() => pump.Show(visible: false));
        time.Advance(TimeSpan.FromSeconds(10));
        var before = page.Count;
        await TypeAsync("\n");
        await Waiting.UntilAsync(() => TextOf(terminal).EndsWith("1000\r\n", StringComparison.Ordinal));
        await OnCircuitAsync(() => { }); // behind whatever the output has set off
        Assert.Equal(before, page.Count);
        await OnCircuitAsync(() => pump.Show(visible: true));
        await Waiting.UntilAsync(() => Written().EndsWith("1000\r\n", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Calls[before..], call => call.Name == "snapshot");
    }

    [Fact]
    public async Task A_page_that_holds_still_is_told_once_that_there_is_more_and_has_it_when_it_is_done()
    {
        await FollowAsync("read -r; echo one; read -r; echo two; read -r");
        await OnCircuitAsync(() => pump.Hold(held: true, inHistory: true));
        var before = page.Count;
        foreach (var word in (string[])["one", "two"])
        {
            await TypeAsync("\n");
            await Waiting.UntilAsync(() => TextOf(terminal).Contains(word, StringComparison.Ordinal));
            await CallAsync("more", before);
        }

        await OnCircuitAsync(() => pump.Hold(held: false, inHistory: false));
        await Waiting.UntilAsync(() => Written().EndsWith("two\r\n", StringComparison.Ordinal));
        Assert.Equal(["more", "write"], page.Calls[before..].Select(call => call.Name).Distinct());
        Assert.Single(page.Calls, call => call.Name == "more");
    }

    [Fact]
    public async Task A_page_that_cannot_keep_up_has_frames_two_at_a_time_and_what_is_there_at_the_end()
    {
        await OpenAsync($"read -r; head -c {MoreThanAPageMayBeBehind} /dev/zero | tr '\\0' x; printf 'MIDDLE\\r\\n'; read -r; printf LAST");
        await BeginAsync();
        page.Parses("snapshot");
        await TypeAsync("\n");
        await Waiting.UntilAsync(() => terminal.Recording.Length > MoreThanAPageMayBeBehind);
        await CallAsync("write");
        page.ParsesOne("write");
        var frame = await CallAsync("frame");
        Assert.Equal([120, 32, true], frame.Arguments[1..]);
        await TypeAsync("\n");
        await terminal.Ended.WaitAsync(Waiting.Timeout);
        Assert.InRange(page.Calls.Count(call => call.Name == "frame"), 1, 2);

        page.ParsesAll();
        time.Advance(TimeSpan.FromMilliseconds(200));
        await running.WaitAsync(Waiting.Timeout);
        var last = page.Calls.Last(call => call.Name == "snapshot");
        Assert.Equal(terminal.Recording.Length, last.Offset);
        Assert.Contains("LAST", Unpack(last.Bytes), StringComparison.Ordinal);
        Assert.Equal("end", page.Calls[^1].Name);
    }

    [Fact]
    public async Task A_page_that_comes_when_a_terminal_has_ended_has_what_it_showed_last()
    {
        await OpenAsync($"head -c {MoreThanAPageMayBeBehind} /dev/zero | tr '\\0' x; printf LAST");
        await terminal.Ended.WaitAsync(Waiting.Timeout);
        page.ParsesAll();
        await BeginAsync();
        await running.WaitAsync(Waiting.Timeout);
        Assert.Equal(["resume", "snapshot", "end"], page.Calls.Select(call => call.Name));
        Assert.Equal(terminal.Recording.Length, page.Calls[1].Offset);
        Assert.Contains("LAST", Unpack(page.Calls[1].Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_is_told_in_its_place_between_the_bytes()
    {
        await FollowAsync("echo ready; read -r");
        await Waiting.UntilAsync(() => Written().Contains("ready", StringComparison.Ordinal)
            || Unpack(page.Calls.First(call => call.Name == "snapshot").Bytes).Contains("ready", StringComparison.Ordinal));
        var before = page.Count;
        viewer.SetSize(new TerminalSize(90, 20));
        await Waiting.UntilAsync(() => page.Calls[before..].Any(call => call.Name == "write" && call.Arguments[2] is 90));
        Assert.Equal([90, 20, true], page.Calls[before].Arguments[2..]);
        Assert.Empty(page.Calls[before].Bytes);
    }

    [Fact]
    public async Task A_page_that_throws_ends_it()
    {
        await OpenAsync("echo one; read -r");
        page.FailsAt("snapshot");
        await BeginAsync();
        await Assert.ThrowsAsync<JSException>(() => running.WaitAsync(Waiting.Timeout));
        running = Task.CompletedTask;
    }

    private async Task OpenAsync(string script)
    {
        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenAsync(
            TestCaller.Owner,
            new TerminalLaunch
            {
                Mode = TerminalMode.Direct,
                Label = "test",
                Command = new TerminalCommand { Arguments = ["/bin/bash", "--norc", "-c", script], WorkingDirectory = app.Directory },
            },
            CancellationToken.None);
        terminal = Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }

    private async Task BeginAsync()
    {
        viewer = terminal.Attach(TestCaller.Owner, TerminalSize.Default);
        await ConnectAsync();
        pump = new OutputPump(terminal, viewer, page, connection, time);
        terminal.Changed += _ => dispatcher.InvokeAsync(pump.Wake);
        running = dispatcher.InvokeAsync(() => pump.RunAsync(gone.Token));
    }

    /// <summary>Opens a terminal and lets a page that keeps up show it.</summary>
    private async Task FollowAsync(string script)
    {
        await OpenAsync(script);
        page.ParsesAll();
        await BeginAsync();
        await CallAsync("snapshot");
    }

    private Task OnCircuitAsync(Action action) => dispatcher.InvokeAsync(action);

    private Task ConnectAsync() =>
        dispatcher.InvokeAsync(() => connection.OnConnectionUpAsync(null!, CancellationToken.None));

    private Task LoseConnectionAsync() =>
        dispatcher.InvokeAsync(() => connection.OnConnectionDownAsync(null!, CancellationToken.None));

    private async Task TypeAsync(string text) =>
        await terminal.WriteAsync(TestCaller.Owner, Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    private async Task<Call> CallAsync(string name, int from = 0)
    {
        await Waiting.UntilAsync(() => page.Calls[from..].Any(call => call.Name == name), $"{name} among {page}");
        return page.Calls[from..].First(call => call.Name == name);
    }

    /// <summary>What the page was given of the stream since its last snapshot, as it puts it together.</summary>
    private string Written(int from = 0)
    {
        var bytes = new List<byte>();
        var received = -1L;
        foreach (var call in page.Calls[from..].Where(call => call.Name is "snapshot" or "write"))
        {
            if (call.Name == "snapshot")
            {
                bytes.Clear();
                received = call.Offset;
                continue;
            }

            received = received < 0 ? call.Offset : received;
            Assert.InRange(call.Offset, 0, received);
            bytes.AddRange(call.Bytes.Skip((int)(received - call.Offset)));
            received = Math.Max(received, call.Offset + call.Bytes.Length);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string TextOf(Terminal terminal)
    {
        var bytes = new byte[terminal.Recording.Length];
        return Encoding.UTF8.GetString(bytes, 0, terminal.Recording.Read(0, bytes).Count);
    }

    private static string Unpack(byte[] compressed)
    {
        using var unpacked = new StreamReader(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress));
        return unpacked.ReadToEnd();
    }

    private sealed record Call(string Name, object?[] Arguments, TaskCompletionSource Parsed)
    {
        public long Offset => (long)Arguments[0]!;

        public byte[] Bytes => (byte[])Arguments[1]!;
    }

    /// <summary>A page that notes what it is told. What it shows is parsed when the test says so, all else at once.</summary>
    private sealed class Page : IJSObjectReference
    {
        private readonly Lock gate = new();
        private readonly List<Call> calls = [];
        private readonly HashSet<string> parsed = ["resume", "end", "more", "rebuild"];
        private string failing = "";

        public Call[] Calls
        {
            get
            {
                lock (gate)
                {
                    return [.. calls];
                }
            }
        }

        public int Count => Calls.Length;

        public void Parses(string name)
        {
            lock (gate)
            {
                parsed.Add(name);
                calls.Where(call => call.Name == name).ToList().ForEach(call => call.Parsed.TrySetResult());
            }
        }

        public void ParsesOne(string name) => Calls.First(call => call.Name == name && !call.Parsed.Task.IsCompleted).Parsed.TrySetResult();

        public void ParsesAll() => Array.ForEach(["snapshot", "write", "frame"], Parses);

        public void FailsAt(string name) => failing = name;

        public override string ToString() => string.Join(' ', Calls.Select(call => call.Name));

        public ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args) => InvokeAsync<T>(identifier, CancellationToken.None, args);

        public async ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            if (identifier == failing)
            {
                throw new JSException("planted");
            }

            var call = new Call(identifier, args ?? [], new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            lock (gate)
            {
                calls.Add(call);
                if (parsed.Contains(identifier))
                {
                    call.Parsed.SetResult();
                }
            }

            await call.Parsed.Task.WaitAsync(cancellationToken);
            return default!;
        }

        public ValueTask DisposeAsync() => default;
    }
}

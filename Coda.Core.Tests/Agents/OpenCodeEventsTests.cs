using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Coda.Core.Agents;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;
using static Coda.Core.Terminals.TerminalStateKind;

namespace Coda.Core.Tests.Agents;

/// <summary>The state of an OpenCode from its events, told by a server that sends what the real one was seen to send.</summary>
public sealed class OpenCodeEventsTests : IAsyncLifetime
{
    private readonly HttpListener server = new();
    private readonly Channel<string> events = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource gone = new();
    private readonly List<(TerminalStateKind Kind, string Words)> told = [];
    private string pending = "[]";
    private Task serving = null!;
    private Task following = null!;

    public ValueTask InitializeAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        serving = ServeAsync();
        following = new EventAddress(AgentEvents.OpenCode, port, "secret").FollowAsync(Take, TimeProvider.System, gone.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await gone.CancelAsync();
        await following;
        events.Writer.Complete();
        server.Close();
        await serving;
        gone.Dispose();
    }

    [Fact]
    public async Task While_one_of_two_requests_is_open_it_waits_with_the_words_of_that_one()
    {
        Send("session.status", """{"sessionID":"s1","status":{"type":"busy"}}""");
        Send("permission.asked", """{"id":"p1","sessionID":"s1","permission":"bash","patterns":["rm a"]}""");
        Send("permission.asked", """{"id":"p2","sessionID":"s2","permission":"edit","patterns":["b"]}""");
        Send("permission.replied", """{"sessionID":"s1","requestID":"p1","reply":"once"}""");
        Send("session.status", """{"sessionID":"s1","status":{"type":"busy"}}""");
        Send("session.idle", """{"sessionID":"s1"}""");
        Send("permission.replied", """{"sessionID":"s2","requestID":"p2","reply":"once"}""");
        Send("session.status", """{"sessionID":"s1","status":{"type":"busy"}}""");
        Send("session.status", """{"sessionID":"s1","status":{"type":"idle"}}""");

        await Tells(
            (Working, ""), (WaitingForApproval, "bash rm a"), (WaitingForApproval, "bash rm a"),
            (WaitingForApproval, "edit b"), (WaitingForApproval, "edit b"),
            (WaitingForApproval, "edit b"), (Idle, ""), (Working, ""), (Idle, ""));
    }

    [Theory]
    [InlineData("replied")]
    [InlineData("rejected")]
    public async Task A_question_is_open_until_it_is_answered_or_rejected(string end)
    {
        Send("question.asked", """{"id":"q1","sessionID":"s1","questions":[]}""");
        Send("session.status", """{"sessionID":"s1","status":{"type":"busy"}}""");
        Send($"question.{end}", """{"sessionID":"s1","requestID":"q1"}""");

        await Tells((WaitingForInput, ""), (WaitingForInput, ""), (Working, ""));
    }

    [Fact]
    public async Task What_it_asked_before_it_was_interrupted_is_open_no_more()
    {
        Send("permission.asked", """{"id":"p1","sessionID":"s1","permission":"bash","patterns":["ls"]}""");
        Send("session.idle", """{"sessionID":"s1"}""");

        await Tells((WaitingForApproval, "bash ls"), (Idle, ""));
    }

    [Fact]
    public async Task What_was_answered_while_nobody_listened_is_open_no_more()
    {
        pending = """[{"id":"p1","sessionID":"s1","permission":"bash","patterns":["ls"]}]""";
        Break();
        await Tells((WaitingForApproval, "bash ls"));
        pending = "[]";
        Break();
        await Tells((WaitingForApproval, "bash ls"), (Working, ""));
    }

    private void Take(TerminalStateKind kind, string words, string reason)
    {
        lock (told)
        {
            told.Add((kind, words));
        }
    }

    private void Send(string type, string properties) =>
        events.Writer.TryWrite($"data: {{\"type\":\"{type}\",\"properties\":{properties}}}\n\n");

    private void Break() => events.Writer.TryWrite("");

    private Task Tells(params (TerminalStateKind, string)[] expected) => Wait.Until(
        () =>
        {
            lock (told)
            {
                return told.SequenceEqual(expected);
            }
        },
        () => string.Join('\n', told));

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await server.GetContextAsync();
                if (context.Request.Url!.AbsolutePath == "/event")
                {
                    _ = TellAsync(context.Response);
                }
                else
                {
                    context.Response.Close(Encoding.UTF8.GetBytes(pending), willBlock: false);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task TellAsync(HttpListenerResponse response)
    {
        response.SendChunked = true;
        await response.OutputStream.FlushAsync();
        await foreach (var line in events.Reader.ReadAllAsync())
        {
            if (line.Length == 0)
            {
                break;
            }

            await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(line));
            await response.OutputStream.FlushAsync();
        }

        response.Close();
    }
}

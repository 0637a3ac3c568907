using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>
/// Takes the events that one Hermes posts (its <c>hooks.outbound</c>: JSON, signed with HMAC-SHA256 as GitHub's are) and reports its state.
/// It learns of us from a configuration layer of its own, <c>HERMES_MANAGED_DIR</c>, so that the user's files stay as they are.
/// </summary>
internal sealed partial class HermesEvents(EventAddress address, Action<TerminalStateKind, string, string> report, TimeProvider time)
{
    private const string Reason = "Hermes's events";
    private const int LongestBody = 16 << 20; // the start of a turn carries the whole conversation
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> helpers = [];
    private string? working;

    /// <summary>
    /// Whether the layer is free to be used: no administrator uses it, it would hide no webhooks of the user's own, and no proxy gets what
    /// is meant for us.
    /// </summary>
    /// <param name="environment">What Hermes would get without us.</param>
    public static bool CanBeAsked(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("HERMES_MANAGED_DIR") is { Length: > 0 } || Directory.Exists("/etc/hermes"))
        {
            return false;
        }

        string Variable(params string[] names) =>
            names.Select(name => environment.GetValueOrDefault(name)).FirstOrDefault(value => value?.Length > 0) ?? "";
        var direct = Variable("no_proxy", "NO_PROXY").Split(',', StringSplitOptions.TrimEntries);
        if (Variable("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY").Length > 0
            && !direct.Contains("127.0.0.1") && !direct.Contains("*"))
        {
            return false;
        }

        var home = environment.GetValueOrDefault("HERMES_HOME") is { Length: > 0 } own ? own : Path.Combine(environment["HOME"], ".hermes");
        var profiles = Path.Combine(home, "profiles");
        return !(Directory.Exists(profiles) ? Directory.GetDirectories(profiles) : []).Prepend(home)
            .Select(place => Path.Combine(place, "config.yaml"))
            .Any(file => File.Exists(file) && OwnWebhooks().IsMatch(File.ReadAllText(file)));
    }

    /// <summary>Listens until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        using var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{address.Port}/" } };
        try
        {
            listener.Start();
            await using var stop = cancellation.Register(listener.Abort);
            while (!cancellation.IsCancellationRequested)
            {
                await AnswerAsync(await listener.GetContextAsync(), cancellation);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped, or another program has the port: then bells tell.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken cancellation)
    {
        try
        {
            using var timeout = new CancellationTokenSource(AnswerTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
            var body = await ReadAsync(context.Request, either.Token);
            var signed = body is not null && IsSigned(body, context.Request.Headers["X-Hermes-Signature-256"] ?? "");
            context.Response.StatusCode = !signed ? 403 : TryTake(body!) ? 204 : 400;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            context.Response.Abort(); // it went away, or says nothing more
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpListenerRequest request, CancellationToken cancellation)
    {
        if (request.HttpMethod != "POST" || request.ContentLength64 is < 0 or > LongestBody)
        {
            return null;
        }

        var body = new byte[request.ContentLength64];
        await request.InputStream.ReadExactlyAsync(body, cancellation);
        return body;
    }

    private bool IsSigned(byte[] body, string signature)
    {
        var expected = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(address.Password), body))}";
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature));
    }

    private bool TryTake(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            Take(document.RootElement);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // {"hook_event_name":"pre_approval_request","session_id":"…","tool_name":null,"extra":{"command":"rm -rf build","surface":"cli",…},…}
    private void Take(JsonElement message)
    {
        var session = EventAddress.Text(message, "session_id");
        var extra = message.ValueKind == JsonValueKind.Object && message.TryGetProperty("extra", out var found) ? found : default;
        switch (EventAddress.Text(message, "hook_event_name"))
        {
            case "pre_llm_call" when working is null || working == session:
                working = session;
                report(TerminalStateKind.Working, "", Reason);
                break;
            case "pre_llm_call":
                helpers.Add(session); // a subagent's turn, within the one that is going on
                break;
            case "on_session_end" when !helpers.Remove(session):
                working = null;
                report(
                    Is(extra, "failed") ? TerminalStateKind.Failed
                        : Is(extra, "completed") ? TerminalStateKind.Done
                        : TerminalStateKind.Idle,
                    "",
                    Reason);
                break;
            case "pre_approval_request" when EventAddress.Text(extra, "surface") != "smart": // else another model decides
                report(TerminalStateKind.WaitingForApproval, EventAddress.Text(extra, "command"), Reason);
                break;
            case "pre_tool_call":
                report(TerminalStateKind.WaitingForInput, "", Reason); // its tool to ask people; no other is asked for
                break;
            case "post_approval_response" or "post_tool_call":
                report(TerminalStateKind.Working, "", Reason);
                break;
        }
    }

    private static bool Is(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    [GeneratedRegex(@"^\s*[""']?outbound[""']?\s*:", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OwnWebhooks();
}

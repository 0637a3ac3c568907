using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>Listens to the events of one OpenCode and reports its state; the title it sets says nothing of it.</summary>
internal sealed class OpenCodeEvents(EventAddress address, Action<TerminalStateKind, string, string> report, TimeProvider time)
{
    private const string Reason = "OpenCode's events";
    private const int LongestLine = 1 << 20;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    // Several sessions (its sub-agents have their own) may ask at once; it shows them one after another, the oldest first.
    private readonly OrderedDictionary<string, Request> open = [];
    private TerminalStateKind status = TerminalStateKind.Working;

    /// <summary>Listens until cancelled; without an answer it tries again.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"http://127.0.0.1:{address.Port}"), Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"opencode:{address.Password}")));
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(client, cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException)
            {
                // Not there yet, or gone: the process itself decides when this ends.
            }

            await Task.Delay(Retry, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(HttpClient client, CancellationToken cancellation)
    {
        using var response = await AskAsync(client, "/event", cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        await TakePendingAsync(client, cancellation);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Length < LongestLine)
            {
                Take(line[5..]);
            }
        }
    }

    /// <summary>What it asked before we listened.</summary>
    private async Task TakePendingAsync(HttpClient client, CancellationToken cancellation)
    {
        using var response = await AskAsync(client, "/permission", cancellation);
        using var pending = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        var asked = Close(request => request.Kind == TerminalStateKind.WaitingForApproval); // perhaps answered while we did not listen
        foreach (var permission in pending.RootElement is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [])
        {
            Open(permission, TerminalStateKind.WaitingForApproval, Describe(permission));
            asked = true;
        }

        if (asked)
        {
            Tell();
        }
    }

    // A request that comes while it starts is never answered: it is given up and made again.
    private async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        return (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, either.Token)).EnsureSuccessStatusCode();
    }

    private void Take(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var type = EventAddress.Text(document.RootElement, "type");
            var properties = document.RootElement.TryGetProperty("properties", out var members) ? members : default;
            switch (type)
            {
                case "session.status" when properties.TryGetProperty("status", out var found) && EventAddress.Text(found, "type") != "idle":
                    status = TerminalStateKind.Working;
                    break;
                case "session.status" or "session.idle":
                    // What it asked before it was interrupted is never answered, and no event says so.
                    var session = EventAddress.Text(properties, "sessionID");
                    Close(request => request.Session == session && session.Length > 0);
                    status = TerminalStateKind.Idle;
                    break;
                case "permission.asked" or "permission.updated":
                    Open(properties, TerminalStateKind.WaitingForApproval, Describe(properties));
                    break;
                case "question.asked":
                    Open(properties, TerminalStateKind.WaitingForInput, "");
                    break;
                case "permission.replied" or "question.replied" or "question.rejected":
                    open.Remove(EventAddress.Text(properties, "requestID") is { Length: > 0 } id
                        ? id
                        : EventAddress.Text(properties, "permissionID"));
                    break;
                default:
                    return;
            }

            Tell();
        }
        catch (JsonException)
        {
            // A line that is no event.
        }
    }

    private void Open(JsonElement asked, TerminalStateKind kind, string words) =>
        open[EventAddress.Text(asked, "id")] = new Request(EventAddress.Text(asked, "sessionID"), kind, words);

    private bool Close(Func<Request, bool> which)
    {
        var closed = open.Where(pair => which(pair.Value)).Select(pair => pair.Key).ToList();
        closed.ForEach(id => open.Remove(id));
        return closed.Count > 0;
    }

    // Its status counts only while it asks for nothing.
    private void Tell()
    {
        var (kind, words) = open.Count > 0 ? (open.GetAt(0).Value.Kind, open.GetAt(0).Value.Words) : (status, "");
        report(kind, words, Reason);
    }

    // {"permission":"bash","patterns":["ls -l"],…}
    private static string Describe(JsonElement permission)
    {
        var patterns = permission.TryGetProperty("patterns", out var list) && list.ValueKind == JsonValueKind.Array
            ? string.Join(", ", list.EnumerateArray().Select(pattern => pattern.ToString()))
            : EventAddress.Text(permission, "title");
        return $"{EventAddress.Text(permission, "permission")} {patterns}".Trim();
    }

    private sealed record Request(string Session, TerminalStateKind Kind, string Words);
}

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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Listens until cancelled; while nobody answers it tries again.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{address.Port}"), Timeout = Timeout.InfiniteTimeSpan };
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

    /// <summary>What it asked before anybody listened.</summary>
    private async Task TakePendingAsync(HttpClient client, CancellationToken cancellation)
    {
        using var response = await AskAsync(client, "/permission", cancellation);
        using var pending = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        if (pending.RootElement is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0)
        {
            report(TerminalStateKind.WaitingForApproval, Describe(list[0]), Reason);
        }
    }

    // A request that comes while it starts is never answered: it is given up and made again.
    private async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        return (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, either.Token)).EnsureSuccessStatusCode();
    }

    private void Take(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var type = EventAddress.Text(document.RootElement, "type");
            var properties = document.RootElement.TryGetProperty("properties", out var found) ? found : default;
            switch (type)
            {
                case "session.status" when properties.TryGetProperty("status", out var status):
                    report(EventAddress.Text(status, "type") == "idle" ? TerminalStateKind.Idle : TerminalStateKind.Working, "", Reason);
                    break;
                case "session.idle":
                    report(TerminalStateKind.Idle, "", Reason);
                    break;
                case "permission.asked" or "permission.updated":
                    report(TerminalStateKind.WaitingForApproval, Describe(properties), Reason);
                    break;
                case "question.asked":
                    report(TerminalStateKind.WaitingForInput, "", Reason);
                    break;
                case "permission.replied" or "question.replied" or "question.rejected":
                    report(TerminalStateKind.Working, "", Reason);
                    break;
            }
        }
        catch (JsonException)
        {
            // A line that is no event.
        }
    }

    // {"permission":"bash","patterns":["ls -l"],…}
    private static string Describe(JsonElement permission)
    {
        var patterns = permission.TryGetProperty("patterns", out var list) && list.ValueKind == JsonValueKind.Array
            ? string.Join(", ", list.EnumerateArray().Select(pattern => pattern.ToString()))
            : EventAddress.Text(permission, "title");
        return $"{EventAddress.Text(permission, "permission")} {patterns}".Trim();
    }
}

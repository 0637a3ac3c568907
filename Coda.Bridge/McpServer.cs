using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Coda.Bridge;

/// <summary>The endpoint, over HTTP: shows the token to no other server, and finds the server again after a restart.</summary>
internal sealed class McpServer(Uri url, BearerTokens credentials, TimeProvider time) : IDisposable
{
    /// <summary>As long as a restart takes, and shorter than clients wait for an answer.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy cannot reach this machine's loopback, and would read the token on its way there.
        UseProxy = !url.IsLoopback,
    }) { Timeout = Timeout.InfiniteTimeSpan };
    private volatile Session? session;

    private sealed record Session(string Id, string Revision);

    /// <summary>Whether a session of an old revision is open.</summary>
    public bool HasSession => session is not null;

    /// <summary>Remembers what the answer to <c>initialize</c> settled.</summary>
    public void Begin(HttpResponseMessage response, Message answer) =>
        session = response.Headers.TryGetValues("Mcp-Session-Id", out var ids) && answer.Find("result", "protocolVersion") is { } revision
            ? new Session(ids.First(), revision)
            : null;

    /// <summary>Sends a message of the client's.</summary>
    /// <param name="message">The message.</param>
    /// <param name="since">
    /// Timestamp from which <see cref="ConnectTimeout"/> counts: what waited its turn does not wait as long again.
    /// </param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<HttpResponseMessage> PostAsync(Message message, long since, CancellationToken cancellation) => SendAsync(
        () =>
        {
            var request = NewRequest(HttpMethod.Post, message.Method == "initialize" ? null : session);
            request.Content = new StringContent(message.Text, Encoding.UTF8, "application/json");
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Accept.ParseAdd("text/event-stream");
            RequestHeaders.Add(request, message);
            return request;
        },
        since,
        cancellation);

    /// <summary>Opens the session's stream, or one that broke off, after the event that came last.</summary>
    public Task<HttpResponseMessage> GetAsync(string? lastEventId, CancellationToken cancellation) => SendAsync(
        () =>
        {
            var request = NewRequest(HttpMethod.Get, session);
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (!string.IsNullOrEmpty(lastEventId))
            {
                request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
            }

            return request;
        },
        time.GetTimestamp(),
        cancellation);

    /// <summary>Says that the session is over.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if (session is { } ending)
        {
            session = null;
            using var response = await SendAsync(() => NewRequest(HttpMethod.Delete, ending), time.GetTimestamp(), cancellation);
        }
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private HttpRequestMessage NewRequest(HttpMethod method, Session? of)
    {
        var request = new HttpRequestMessage(method, url);
        if (of is not null)
        {
            request.Headers.TryAddWithoutValidation("Mcp-Session-Id", of.Id);
            request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", of.Revision);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, long since, CancellationToken cancellation)
    {
        var token = await credentials.GetAsync(cancellation);
        var response = await ConnectAsync(request, token, since, cancellation);
        // Databricks answers a token that has run out with a redirect to its sign-in page.
        if (IsRefusal(response) && await credentials.RenewAsync(token, cancellation) is { } renewed)
        {
            response.Dispose();
            response = await ConnectAsync(request, renewed, since, cancellation);
        }

        if (IsRefusal(response))
        {
            using (response)
            {
                throw new BridgeException(response.Headers.Location is { } elsewhere
                    ? $"{url} redirects to {elsewhere.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped)}, "
                        + "where the token is not sent. Correct CODA_MCP_URL, or sign in again."
                    : $"{url} does not accept the token ({(int)response.StatusCode}). Correct CODA_MCP_TOKEN or DATABRICKS_PROFILE.");
            }
        }

        return response;
    }

    private static bool IsRefusal(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || (int)response.StatusCode is >= 300 and < 400;

    private async Task<HttpResponseMessage> ConnectAsync(
        Func<HttpRequestMessage> request, string token, long since, CancellationToken cancellation)
    {
        while (true)
        {
            using var attempt = request();
            attempt.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            try
            {
                return await http.SendAsync(attempt, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException e)
                when (e.HttpRequestError == HttpRequestError.ConnectionError && time.GetElapsedTime(since) < ConnectTimeout)
            {
                // Nothing listens, so nothing was sent: the server is being restarted, or not started yet.
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }
}

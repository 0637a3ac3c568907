using System.Net;
using System.Text;
using Coda.Web.Mcp.Transport;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Coda.Web.Tests.Mcp.McpCalls;

namespace Coda.Web.Tests.Mcp;

/// <summary>The stream a session may open.</summary>
public sealed class StreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_stream_shows_that_it_lives_and_a_second_is_not_to_be_had()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = new CodaApp(services: services => services.AddSingleton<TimeProvider>(clock));
        using var owner = app.Owner();
        using var initialized = await owner.PostAsync(Initialize("2025-11-25"));
        var session = initialized.Headers.GetValues("Mcp-Session-Id").Single();

        var lastEventId = "";
        var opening = OpenAsync(owner, session);
        // The endpoint sends nothing by itself, not even its headers: the first comment does.
        while (!opening.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        using (var stream = await opening)
        {
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
            // The time of this clock may well be ahead of the event that gives the stream its id.
            for (var comments = 0; comments < 3 || lastEventId.Length == 0;)
            {
                var reading = reader.ReadLineAsync(Cancellation).AsTask();
                while (!reading.IsCompleted)
                {
                    clock.Advance(TimeSpan.FromSeconds(1));
                    await Task.Yield();
                }

                var line = await reading;
                comments += line == ": keep-alive" ? 1 : 0;
                lastEventId = line!.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : lastEventId;
            }

            using var second = await OpenAsync(owner, session);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, second.StatusCode);
        }

        // Who lost the stream gets it back.
        var resuming = OpenAsync(owner, session, lastEventId);
        while (!resuming.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        using (var resumed = await resuming)
        {
            Assert.Equal(HttpStatusCode.OK, resumed.StatusCode);
        }

        // What this process never sent cannot be resumed, and is not worth an error: the client carries on without.
        using var forgotten = await OpenAsync(owner, session, "0123456789abcdef-3");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, forgotten.StatusCode);

        using var without = await OpenAsync(owner, null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, without.StatusCode);
        Assert.Contains("POST an initialize first", await without.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Silence_lasts_four_seconds_from_the_last_event_on()
    {
        var clock = new FakeTimeProvider();
        var context = new DefaultHttpContext();
        context.Response.ContentType = "text/event-stream";
        using var client = new MemoryStream();
        await using var stream = new KeepAliveStream(client, context, clock, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(3));
        await stream.WriteAsync("data: 1\n\n"u8.ToArray(), Cancellation);
        await stream.FlushAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(3.9));
        Assert.Equal("data: 1\n\n", Encoding.UTF8.GetString(client.ToArray()));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("data: 1\n\n: keep-alive\n\n", Encoding.UTF8.GetString(client.ToArray()));
    }

    [Fact]
    public async Task After_a_restart_a_session_gets_a_new_stream_and_a_call_its_end()
    {
        using var directory = new TemporaryDirectory();
        string session, ofSession, ofCall;
        await using (var first = new CodaApp(directory: directory.Path))
        {
            using var owner = first.Owner();
            using var initialized = await owner.PostAsync(Initialize("2025-11-25"));
            session = initialized.Headers.GetValues("Mcp-Session-Id").Single();
            using var stream = await OpenAsync(owner, session);
            ofSession = await FirstIdAsync(stream);
            using var call = await owner.PostAsync(Message("tools/list"), "application/json, text/event-stream", session);
            ofCall = await FirstIdAsync(call);
        }

        await using var second = new CodaApp(directory: directory.Path);
        using var client = second.Owner();
        using var refused = await OpenAsync(client, session, ofCall);
        Assert.Equal(("text/event-stream", HttpStatusCode.OK), (refused.Content.Headers.ContentType?.MediaType, refused.StatusCode));
        var events = (await refused.Content.ReadAsStringAsync(Cancellation)).Split('\n')
            .Where(line => line.StartsWith("data: ", StringComparison.Ordinal));
        var error = System.Text.Json.JsonDocument.Parse(Assert.Single(events)[6..]).RootElement;
        Assert.Equal(1, error.GetProperty("id").GetInt32());
        Assert.Contains("restart", error.GetProperty("error").GetProperty("message").GetString());
        // What is no id of a request is not repeated.
        foreach (var forged in (string[])
            ["call0123456789abcdef-1", "call0123456789abcdef.7b7d-1", "call0123456789abcdef.zz-1", "call0123456789abcdef.22-1"])
        {
            using var none = await OpenAsync(client, session, forged);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, none.StatusCode);
        }

        // The session's own stream the call has not taken.
        using var renewed = await OpenAsync(client, session, ofSession);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        Assert.NotEqual(ofSession, await FirstIdAsync(renewed));
    }

    [Fact]
    public async Task A_session_that_ended_leaves_no_stream_behind()
    {
        await using var app = new CodaApp();
        using var owner = app.Owner();
        var streams = app.Services.GetRequiredService<ResumableStreams>();
        using var initialized = await owner.PostAsync(Initialize("2025-11-25"));
        var session = initialized.Headers.GetValues("Mcp-Session-Id").Single();
        using (await owner.PostAsync(Message("tools/list"), session: session))
        using (await OpenAsync(owner, session))
        {
            Assert.Equal(1, streams.Open);
        }

        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/mcp");
        delete.Headers.Add("Mcp-Session-Id", session);
        using var deleted = await owner.SendAsync(delete, Cancellation);
        await Waiting.UntilAsync(() => streams.Open == 0);
    }

    [Fact]
    public async Task An_open_stream_does_not_hold_up_the_stop()
    {
        var app = new CodaApp(services: CodaApp.StopUnforced);
        await using (app)
        {
            using var owner = app.Owner();
            using var initialized = await owner.PostAsync(Initialize("2025-11-25"));
            using var request = Request(initialized.Headers.GetValues("Mcp-Session-Id").Single());
            // Its headers may come only with the first comment, so it is not awaited.
            var stream = owner.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            var stop = app.DisposeAsync().AsTask();
            await stop.WaitAsync(Waiting.Timeout, Cancellation);
            await Task.WhenAny(stream);
            Assert.True(stream.IsCompleted);
        }
    }

    private static async Task<string> FirstIdAsync(HttpResponseMessage stream)
    {
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        string? line;
        while ((line = await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(Waiting.Timeout, Cancellation)) is not null)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                return line[4..];
            }
        }

        throw new EndOfStreamException();
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient owner, string? session, string? lastEventId = null) =>
        owner.SendAsync(Request(session, lastEventId), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    private static HttpRequestMessage Request(string? session, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/mcp");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }

        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return request;
    }
}

using System.Net;
using Coda.Core.Storage;
using Coda.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Recordings;

/// <summary>Recordings by HTTP range, as the player and curl read them.</summary>
public sealed class RecordingEndpointTests : IAsyncDisposable
{
    private readonly CodaApp app = new();
    private readonly HttpClient client;
    private readonly HandmadeRecording recording;

    public RecordingEndpointTests()
    {
        client = app.Owner();
        recording = new HandmadeRecording(app.Services.GetRequiredService<CodaHome>(), 80, 24).Output("0.100000", "hello world\r\n");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string OutputUrl => $"/recordings/{recording.Id}/output";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task The_whole_file_is_served_as_far_as_it_goes_and_later_further()
    {
        Assert.EndsWith("hello world\r\n", await client.GetStringAsync(OutputUrl, Cancellation), StringComparison.Ordinal);
        recording.Output("1.000000", "more\r\n");
        using var response = await client.GetAsync(OutputUrl, Cancellation);
        Assert.EndsWith("hello world\r\nmore\r\n", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Null(response.Headers.ETag);
    }

    [Theory]
    [InlineData("bytes=0-5", "Script")]
    [InlineData("bytes=-7", "world\r\n")]
    [InlineData("bytes=7-13", "started")]
    public async Task A_range_is_a_part(string range, string expected)
    {
        using var response = await GetAsync(range);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(expected.Length, response.Content.Headers.ContentRange!.To - response.Content.Headers.ContentRange.From + 1);
    }

    [Theory]
    [InlineData("bytes=5000-")]
    [InlineData("bytes=-0")]
    public async Task A_range_past_the_end_is_refused_with_the_length(string range)
    {
        using var response = await GetAsync(range);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.True(response.Content.Headers.ContentRange!.HasLength);
    }

    [Theory]
    [InlineData("bytes=0-1,4-5")]
    [InlineData("lines=1-2")]
    [InlineData("nonsense")]
    public async Task What_is_not_one_range_of_bytes_gets_everything(string range)
    {
        using var response = await GetAsync(range);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_overview_says_what_there_is_now()
    {
        using (var running = await client.GetAsync($"/recordings/{recording.Id}/overview", Cancellation))
        {
            Assert.Equal("application/json", running.Content.Headers.ContentType?.ToString());
            Assert.True(running.Headers.CacheControl!.NoStore);
            var text = await running.Content.ReadAsStringAsync(Cancellation);
            Assert.Contains("\"ended\":false,\"duration\":0.1,\"output\":13,", text, StringComparison.Ordinal);
        }

        recording.Output("2.000000", "more").Line("H 0.000000 EXIT_CODE 0");
        var ended = await client.GetStringAsync($"/recordings/{recording.Id}/overview", Cancellation);
        Assert.Contains("\"ended\":true,\"duration\":2.1,\"output\":17,", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyframes_are_served_by_range_where_there_are_some()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/recordings/{recording.Id}/keyframes");
        using (var none = await client.GetAsync(request.RequestUri, Cancellation))
        {
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }

        var directory = app.Services.GetRequiredService<CodaHome>().RecordingDirectory(recording.Id);
        await File.WriteAllTextAsync(Path.Combine(directory, "keyframes"), "0123456789", Cancellation);
        request.Headers.TryAddWithoutValidation("Range", "bytes=3-5");
        using var part = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("345", await part.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("term-000000000000")]
    [InlineData("..%2F..%2Fetc")]
    [InlineData("TERM-0123456789ab")]
    public async Task An_id_that_is_none_finds_nothing(string id)
    {
        using var response = await client.GetAsync($"/recordings/{id}/output", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("", "\"version\":3")]
    [InlineData("?version=3", "\"version\":3")]
    [InlineData("?version=2", "\"version\":2")]
    public async Task Asciicast_is_served_under_its_name_in_the_version_asked_for(string query, string version)
    {
        using var response = await client.GetAsync($"/recordings/{recording.Id}.cast{query}", Cancellation);
        Assert.Equal($"{recording.Id}.cast", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Contains(version, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    [InlineData("x")]
    public async Task An_asciicast_version_that_is_not_there_is_refused(string version)
    {
        using var response = await client.GetAsync($"/recordings/{recording.Id}.cast?version={version}", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Nothing_is_served_to_strangers()
    {
        using var stranger = app.CreateClient();
        foreach (var part in (string[])["output", "timing", "keyframes", "overview"])
        {
            using var response = await stranger.GetAsync($"/recordings/{recording.Id}/{part}", Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, OutputUrl);
        request.Headers.TryAddWithoutValidation("Range", range);
        return await client.SendAsync(request, Cancellation);
    }
}

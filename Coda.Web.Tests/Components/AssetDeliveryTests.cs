using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Coda.Core.Storage;
using Coda.Web.Tests.Hosting;
using Coda.Web.Tests.Recordings;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Components;

/// <summary>How much a first visit costs, and a second.</summary>
public sealed partial class AssetDeliveryTests : IAsyncDisposable
{
    private readonly CodaApp app = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Styles_and_scripts_of_the_first_page_travel_compressed_and_are_kept()
    {
        using var owner = Client();
        var page = await owner.GetStringAsync("/inbox", Cancellation);
        var assets = Asset().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains(assets, asset => asset.Contains("MudBlazor", StringComparison.Ordinal));
        var total = 0L;
        foreach (var asset in assets)
        {
            using var answer = await owner.GetAsync($"/{asset}", Cancellation);
            Assert.True(answer.Content.Headers.ContentEncoding.Count == 1, asset);
            total += (await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length;
        }

        Assert.InRange(total, 1, 300_000);
    }

    [Fact]
    public async Task Chunks_whose_names_are_hashes_are_kept_for_good()
    {
        using var owner = Client();
        var script = Asset().Matches(await owner.GetStringAsync("/inbox", Cancellation))
            .Select(match => match.Groups[1].Value)
            .First(asset => asset.StartsWith("js/app", StringComparison.Ordinal));
        using var plain = app.Owner();
        var chunk = Chunk().Match(await plain.GetStringAsync($"/{script}", Cancellation));
        Assert.True(chunk.Success);
        using var answer = await owner.GetAsync($"/js/{chunk.Value}", Cancellation);
        Assert.Contains("immutable", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        using var missing = await owner.GetAsync("/js/chunk-AAAAAAAA.js", Cancellation);
        Assert.DoesNotContain("immutable", missing.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_timing_of_a_recording_travels_compressed_but_for_ranges()
    {
        var recording = new HandmadeRecording(app.Services.GetRequiredService<CodaHome>(), 80, 24);
        for (var i = 0; i < 1000; i++)
        {
            recording.Output("0.100000", "x");
        }

        using var owner = Client();
        using var whole = await owner.GetAsync($"/recordings/{recording.Id}/timing", Cancellation);
        Assert.Single(whole.Content.Headers.ContentEncoding);
        Assert.InRange((await whole.Content.ReadAsByteArrayAsync(Cancellation)).Length, 1, 1000);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/recordings/{recording.Id}/timing")
        {
            Headers = { Range = new RangeHeaderValue(10, 20) },
        };
        using var range = await owner.SendAsync(request, Cancellation);
        Assert.Empty(range.Content.Headers.ContentEncoding);
        Assert.Equal(11, range.Content.Headers.ContentLength);
    }

    private HttpClient Client()
    {
        var client = app.Owner();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br");
        return client;
    }

    [GeneratedRegex("(?:href|src)=\"((?:_content|_framework|js)/[^\"]+\\.(?:css|js)|app[^\"]*\\.css)\"")]
    private static partial Regex Asset();

    [GeneratedRegex("chunk-[A-Z0-9]{8}\\.js")]
    private static partial Regex Chunk();
}

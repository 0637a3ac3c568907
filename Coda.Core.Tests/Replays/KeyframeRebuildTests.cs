using System.Text.Json;
using Coda.Core.Recordings;
using Coda.Core.Replays;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Replays;

/// <summary>Recordings that ended without their keyframes get them.</summary>
public sealed class KeyframeRebuildTests : IAsyncLifetime
{
    private readonly CoreHost host = new();

    private string Place => host.Home.RecordingDirectory("term-0123456789ab");

    public async ValueTask InitializeAsync() => await host.StartAsync();

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_terminal_takes_keyframes_as_it_runs_and_none_is_missing_at_its_end()
    {
        var terminal = await host.OpenAsync(
            "for i in {1..40000}; do echo \"$i $RANDOM$RANDOM and the rest of a line that is not short at all\"; done");
        await terminal.Ended.WaitAsync(Wait.Timeout);
        var files = RecordingFiles.In(host.Home.RecordingDirectory(terminal.Id.ToString()));
        var overview = await OverviewAsync(files);
        Assert.False(overview.GetProperty("keyframesFollow").GetBoolean());
        var places = Places(overview);
        Assert.InRange(places.Count, 1, 2);
        Assert.All(places, place => Assert.InRange(place, 1 << 20, 3 << 20));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.KeyframesPath));

        // Made again of the files alone, each is at its place and shows the same.
        var live = new KeyframeIndex();
        live.Read(files.KeyframesPath, passed: long.MaxValue);
        var bytes = await File.ReadAllBytesAsync(files.KeyframesPath, TestContext.Current.CancellationToken);
        File.Delete(files.KeyframesPath);
        await CompletedAsync(files);
        var again = await File.ReadAllBytesAsync(files.KeyframesPath, TestContext.Current.CancellationToken);
        var first = live.Confirmed[0];
        Assert.Equal(bytes[..(int)(first.Start + first.Length)], again[..(int)(first.Start + first.Length)]);
    }

    [Fact]
    public async Task Missing_torn_foreign_and_older_ones_are_made_again_and_good_ones_stay()
    {
        using var made = new MadeRecording(Place);
        var files = made.Lines(50_000).End();
        File.Delete(files.KeyframesPath);
        var whole = await CompletedAsync(files);
        var places = Places(whole);
        Assert.InRange(places.Count, 3, 4);
        var good = await File.ReadAllBytesAsync(files.KeyframesPath, TestContext.Current.CancellationToken);

        var elsewhere = new RecordingPlace(1_100_000, 1_100_200, TimeSpan.FromSeconds(3), 12_345, 80, 24);
        var index = new KeyframeIndex();
        index.Read(files.KeyframesPath, passed: long.MaxValue);

        byte[][] others =
        [
            good[..^1], good[..(good.Length / 2)], [], good[..KeyframeFile.HeaderSize],
            [.. good.Select((value, i) => i == 6 ? (byte)(value + 1) : value)], // another model
            [.. good.Select((value, i) => i == good.Length / 2 ? (byte)~value : value)],
            [.. KeyframeFile.Encode(Keyframe.Pack(elsewhere, "foreign"u8)), .. good],
            KeyframeFile.Encode(Keyframe.Pack(index.Confirmed[0].Place, new byte[(64 << 20) + 1])), // a few KB until it is unpacked
        ];
        foreach (var other in others)
        {
            File.Delete(files.OverviewPath);
            await File.WriteAllBytesAsync(files.KeyframesPath, other, TestContext.Current.CancellationToken);
            Assert.True((await OverviewAsync(files)).GetProperty("keyframesFollow").GetBoolean());
            Assert.Equal(places, Places(await CompletedAsync(files)));
        }
    }

    [Fact]
    public async Task What_cannot_be_made_is_not_tried_for_ever()
    {
        using var made = new MadeRecording(Place);
        var files = made.Lines(15_000).End();
        File.Delete(files.KeyframesPath);
        Directory.CreateDirectory(files.KeyframesPath + ".new"); // where it would be made
        await Wait.Until(async () => !(await OverviewAsync(files)).GetProperty("keyframesFollow").GetBoolean(), "it is given up");
        Assert.Empty(Places(await OverviewAsync(files)));
    }

    [Fact]
    public async Task A_recording_that_runs_or_is_short_is_left_alone()
    {
        using var made = new MadeRecording(Place);
        made.Lines(15_000);
        var overview = await OverviewAsync(made.Files);
        Assert.True(overview.GetProperty("keyframesFollow").GetBoolean());
        Assert.False(File.Exists(made.Files.KeyframesPath));
        Assert.False(File.Exists(made.Files.OverviewPath));

        using var small = new MadeRecording(host.Home.RecordingDirectory("term-0123456789ac"));
        overview = await OverviewAsync(small.Lines(100).End());
        Assert.False(overview.GetProperty("keyframesFollow").GetBoolean());
        Assert.False(File.Exists(small.Files.KeyframesPath));
    }

    private async Task<JsonElement> CompletedAsync(RecordingFiles files)
    {
        JsonElement overview = default;
        await Wait.Until(
            async () => !(overview = await OverviewAsync(files)).GetProperty("keyframesFollow").GetBoolean(), "all keyframes are there");
        return overview;
    }

    private async Task<JsonElement> OverviewAsync(RecordingFiles files) => JsonDocument.Parse(
        (await host.Get<RecordingOverviews>().FindAsync(files, TestContext.Current.CancellationToken))!).RootElement;

    private static List<long> Places(JsonElement overview) =>
        [.. overview.GetProperty("keyframes").EnumerateArray().Select(keyframe => keyframe[2].GetInt64())];
}

using System.IO.Compression;
using System.Text.Json;
using Coda.Core.Recordings;
using Coda.Core.Replays;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Replays;

/// <summary>What a player's bar shows of a recording.</summary>
public sealed class OverviewTests : IAsyncDisposable
{
    private readonly CoreHost host = new();
    private int recordings;

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task It_has_duration_sizes_marks_gaps_and_idle_times()
    {
        using var made = New();
        made.Wait(2.5).Output("one").Wait(0.5).Output("two").Resize(100, 30).Mark("plan: \"it\"\n").Wait(60).Output("three")
            .Wait(0.25).Lose(1_000).Wait(0.25).Output("four").Wait(5);
        var overview = await OfAsync(made.End());
        Assert.Equal(
            """
            "ended":true,"duration":68.5,"output":1015,"outputStart":START,"outputEnd":END,"columns":80,"rows":24,
            "sizes":[[3,100,30]],"gaps":[[63.5,11,1011]],"marks":[[3,"plan: \u0022it\u0022"]],"idle":[[0,2.5],[3,63],[63.5,68.5]],
            "keyframesFollow":false,"keyframes":[]}
            """.ReplaceLineEndings("")
                .Replace("START", $"{new FileInfo(made.Files.OutputPath).Length - 15}", StringComparison.Ordinal)
                .Replace("END", $"{new FileInfo(made.Files.OutputPath).Length}", StringComparison.Ordinal),
            overview.GetRawText()[overview.GetRawText().IndexOf("\"ended\"", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task It_is_made_once_and_again_when_the_files_are_others()
    {
        using var made = New();
        var files = made.Output("x").End();
        await OfAsync(files);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.OverviewPath));
        var kept = await File.ReadAllTextAsync(files.OverviewPath, TestContext.Current.CancellationToken);
        await KeepAsync(files, kept.Replace("\"output\":1", "\"output\":2", StringComparison.Ordinal));
        Assert.Equal(2, (await OfAsync(files)).GetProperty("output").GetInt32());
        foreach (var other in (string[])
            ["", "{}", "[]", kept[..^1], kept.Replace("\"version\":", "\"version\":9", StringComparison.Ordinal),
             kept.Replace("\"timing\":", "\"timing\":9", StringComparison.Ordinal),
             kept.Replace("\"keyframes\":0", "\"keyframes\":9", StringComparison.Ordinal)])
        {
            await KeepAsync(files, other);
            Assert.Equal(1, (await OfAsync(files)).GetProperty("output").GetInt32());
        }
    }

    [Fact]
    public async Task Of_what_runs_it_says_what_there_is_now()
    {
        using var made = New();
        made.Lines(15_000);
        var place = made.Place;
        var first = await OfAsync(made.Files);
        Assert.False(first.GetProperty("ended").GetBoolean());
        Assert.Equal(place.Offset, first.GetProperty("output").GetInt64());

        made.Lines(100).Mark("later");
        made.Add(Keyframe.Pack(place, "picture"u8)); // packed while the terminal went on
        var second = await OfAsync(made.Files);
        Assert.Equal(made.Place.Offset, second.GetProperty("output").GetInt64());
        Assert.Equal("later", second.GetProperty("marks")[0][1].GetString());
        Assert.Equal(place.TimingOffset, second.GetProperty("keyframes")[0][3].GetInt64());
        Assert.True((await OfAsync(made.End())).GetProperty("ended").GetBoolean());
    }

    [Fact]
    public async Task A_recording_that_reached_its_cap_says_when()
    {
        using var made = New(cap: 64 << 10);
        var overview = await OfAsync(made.Lines(5_000, apart: 1).End());
        Assert.InRange(overview.GetProperty("capped").GetDouble(), 100, 4_000);
        Assert.True(overview.GetProperty("ended").GetBoolean());
    }

    [Fact]
    public async Task Eight_hours_of_work_fit_into_100_KB()
    {
        using var made = New();
        var random = new Random(1);
        for (var i = 0; made.Place.Time < TimeSpan.FromHours(8); i++)
        {
            made.Wait(random.NextDouble() * 4).Output("x");
            if (i % 3 == 0)
            {
                made.Mark($"step {i}: look at {random.NextInt64():x}, then {new string((char)random.Next('a', 'z'), random.Next(300))}");
                made.Resize(random.Next(40, 200), random.Next(10, 60));
            }
        }

        // Keyframes as 500 MB have them.
        var bytes = (await host.Get<RecordingOverviews>().FindAsync(made.End(), TestContext.Current.CancellationToken))!;
        var keyframes = Enumerable.Range(1, 500).Select(i =>
            $"[{(i * 57.6) + random.NextDouble():F6},{(i * 1_049_000) + random.Next(9_000)},{(i * 1_049_100) + random.Next(9_000)},"
            + $"{(i * 100_000) + random.Next(9_000)},120,40,{(i * 40_000) + random.Next(9_000)},{random.Next(30_000, 40_000)}]");
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(bytes);
            brotli.Write(System.Text.Encoding.ASCII.GetBytes(string.Join(',', keyframes)));
        }

        Assert.InRange(packed.Length, 10_000, 100_000);
        var overview = JsonDocument.Parse(bytes).RootElement;
        Assert.InRange(overview.GetProperty("marks").GetArrayLength(), 900, 1_001);
        Assert.InRange(overview.GetProperty("sizes").GetArrayLength(), 900, 1_001);
        Assert.Equal(500, overview.GetProperty("idle").GetArrayLength());
    }

    private MadeRecording New(long cap = 1 << 30) => new(host.Home.RecordingDirectory($"term-{++recordings:x12}"), cap: cap);

    private async Task<JsonElement> OfAsync(RecordingFiles files) => JsonDocument.Parse(
        (await host.Get<RecordingOverviews>().FindAsync(files, TestContext.Current.CancellationToken))!).RootElement;

    private static Task KeepAsync(RecordingFiles files, string overview) =>
        File.WriteAllTextAsync(files.OverviewPath, overview, TestContext.Current.CancellationToken);
}

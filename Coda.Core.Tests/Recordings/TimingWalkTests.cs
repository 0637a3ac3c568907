using Coda.Core.Recordings;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Recordings;

/// <summary>Places in a timing file.</summary>
public sealed class TimingWalkTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-timing-").FullName;

    private RecordingFiles Files => RecordingFiles.In(Path.Combine(root, "term-1"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_place_is_where_the_writer_was(int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider();
        var places = new List<RecordingPlace>();
        var header = new RecordingHeader(time.GetUtcNow(), 90, 30, "xterm", "/dev/pts/0", "bash");
        using (var recording = new Recording(Path.Combine(root, "term-1"), header, 1 << 30, time, _ => { }))
        {
            for (var i = 0; i < 2_000; i++)
            {
                time.Advance(TimeSpan.FromTicks(random.NextInt64(30_000_000)));
                switch (random.Next(10))
                {
                    case 0:
                        recording.Resize(random.Next(2, 300), random.Next(1, 100));
                        break;
                    case 1:
                        recording.Mark(new string('x', random.Next(1, 200_000 / (i + 1))) + "\n\"");
                        break;
                    case 2:
                        recording.Append(new byte[random.Next(1, 100)], leftOut: true);
                        continue;
                    default:
                        recording.Append(new byte[random.Next(1, 1_000)]);
                        break;
                }

                if (recording.Place is { } place)
                {
                    places.Add(place);
                }
            }

            recording.Complete(0);
        }

        var seen = new HashSet<RecordingPlace>();
        var walk = Walk();
        foreach (var _ in Read(walk))
        {
            seen.Add(walk.Place);
        }

        Assert.InRange(places.Count, 1_000, 2_000);
        Assert.Equal([], places.Where(place => !seen.Contains(place)));
        Assert.True(walk.HasEnded);
        Assert.Equal(new FileInfo(Files.TimingPath).Length, walk.Place.TimingOffset);
        Assert.Equal(new FileInfo(Files.OutputPath).Length, walk.Place.FileOffset);
    }

    [Fact]
    public void A_line_that_is_not_whole_yet_is_read_when_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Files.TimingPath)!);
        File.WriteAllText(Files.OutputPath, "\n");
        File.WriteAllText(Files.TimingPath, "H 0 COLUMNS 100\nO 0.5 3\nO 1.2");
        var walk = Walk();
        Assert.Equal(2, Read(walk).Count());
        Assert.Equal((3, 4, 0.5, 24, 100), Told(walk));
        File.AppendAllText(Files.TimingPath, "5 4\nnonsense\nO 1 x\n");
        Assert.Single(Read(walk));
        Assert.Equal((7, 8, 1.75, 48, 100), Told(walk));
        Assert.False(walk.HasEnded);

        static (long, long, double, long, int) Told(TimingWalk walk) =>
            (walk.Place.Offset, walk.Place.FileOffset, walk.Place.Time.TotalSeconds, walk.Place.TimingOffset, walk.Place.Columns);
    }

    private TimingWalk Walk()
    {
        using var output = File.OpenRead(Files.OutputPath);
        return TimingWalk.FromStart(RecordingFiles.FirstLineLength(output));
    }

    private IEnumerable<TimingLine> Read(TimingWalk walk)
    {
        using var timing = File.OpenHandle(Files.TimingPath);
        foreach (var line in walk.Read(timing))
        {
            yield return line;
        }
    }
}

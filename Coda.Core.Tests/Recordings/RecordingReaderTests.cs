using Coda.Core.Recordings;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Recordings;

/// <summary>A stream of which the file has a part, then lost some, then has the rest, and memory the newest.</summary>
public sealed class RecordingReaderTests : IDisposable
{
    private const int First = 1000, Lost = 500, Second = 2000, Unfiled = 300;
    private readonly string root = Directory.CreateTempSubdirectory("coda-reader-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void What_the_file_has_behind_a_gap_is_read_after_the_end_too()
    {
        var header = "Script started\n"u8.ToArray();
        byte[] file = [.. header, .. RecorderProcess.Expected(0, First), .. RecorderProcess.Expected(First + Lost, Second)];
        File.WriteAllBytes(RecordingFiles.In(root).OutputPath, file);
        var end = First + Lost + Second + Unfiled;
        var reader = new RecordingReader(root, 80, 24, (_, _) => (end - Unfiled, RecorderProcess.Expected(end - Unfiled, Unfiled)));
        reader.Grow(end, First);
        reader.Complete([new RecordingSegment(First + Lost, header.Length + First, Second)]);

        var seen = new List<byte>();
        var gaps = new List<(long, long)>();
        for (long at = 0; at < end;)
        {
            var piece = new byte[700];
            var read = reader.Read(at, piece);
            Assert.True(read.Count > 0);
            Assert.Equal(RecorderProcess.Expected(read.From, read.Count), piece[..read.Count]);
            if (read.From > at)
            {
                gaps.Add((at, read.From));
            }

            seen.AddRange(piece[..read.Count]);
            at = read.From + read.Count;
        }

        Assert.Equal([(First, First + Lost)], gaps);
        Assert.Equal(end - Lost, seen.Count);
    }
}

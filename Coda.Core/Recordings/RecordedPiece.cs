using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Recordings;

/// <summary>A piece of a recorded stream: output, a new size, or that bytes were lost.</summary>
/// <param name="Place">Behind it.</param>
/// <param name="Output">Is valid until the next piece.</param>
/// <param name="IsResize">Whether the size is that of <paramref name="Place"/> from here on.</param>
/// <param name="Lost">Bytes that were not kept.</param>
/// <param name="EndsLine">Whether the timing has a line that ends here, so that a keyframe can be here.</param>
internal readonly record struct RecordedPiece(
    RecordingPlace Place, ReadOnlyMemory<byte> Output, bool IsResize, long Lost, bool EndsLine)
{
    private const int Largest = 64 << 10;

    /// <summary>The pieces of a recording from where a walk through its timing is.</summary>
    public static IEnumerable<RecordedPiece> Read(TimingWalk walk, SafeFileHandle timing, SafeFileHandle output)
    {
        var buffer = new byte[Largest];
        foreach (var line in walk.Read(timing))
        {
            var place = walk.Place;
            switch (line.Kind)
            {
                case 'O':
                    for (var left = line.Length; left > 0;)
                    {
                        var read = RandomAccess.Read(
                            output, buffer.AsSpan(0, (int)Math.Min(left, Largest)), place.FileOffset - left);
                        if (read == 0)
                        {
                            yield break; // timing says more than was written: the file is torn
                        }

                        left -= read;
                        yield return new RecordedPiece(place, buffer.AsMemory(0, read), false, 0, EndsLine: left == 0);
                    }

                    break;
                case 'S':
                    yield return new RecordedPiece(place, default, true, 0, EndsLine: true);
                    break;
                case 'H' when line.Name == TimingFormat.Gap:
                    yield return new RecordedPiece(place, default, false, TimingFormat.LostIn(line.Value), EndsLine: true);
                    break;
            }
        }
    }
}

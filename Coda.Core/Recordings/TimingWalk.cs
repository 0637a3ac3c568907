using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Recordings;

/// <summary>Goes through the lines of a timing file, as far as they are whole, and knows the place behind each.</summary>
/// <param name="from">Where it begins.</param>
internal sealed class TimingWalk(RecordingPlace from)
{
    private byte[] block = new byte[64 << 10];
    private int start; // of what is left in the block
    private int end;

    /// <summary>Where it is: behind the last line that it gave.</summary>
    public RecordingPlace Place { get; private set; } = from;

    /// <summary>Whether the last line said that the recording ends.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Begins at the start of a recording; its size comes with the first lines.</summary>
    /// <param name="firstByte">Where in the output file the stream begins.</param>
    public static TimingWalk FromStart(long firstByte) => new(new RecordingPlace(0, firstByte, TimeSpan.Zero, 0, 80, 24));

    /// <summary>The lines from its place on; those that mean nothing are passed over.</summary>
    public IEnumerable<TimingLine> Read(SafeFileHandle timing)
    {
        while (true)
        {
            var length = block.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var isKnown = TimingFormat.TryParse(block.AsSpan(start, length), out var line);
                start += length + 1;
                Pass(isKnown ? line : default, length + 1);
                if (isKnown)
                {
                    yield return line;
                }
            }
            else if (!Fill(timing))
            {
                yield break;
            }
        }
    }

    private void Pass(in TimingLine line, int bytes)
    {
        var place = Place with { Time = Place.Time + line.Delay, TimingOffset = Place.TimingOffset + bytes };
        switch (line.Kind, line.Name)
        {
            case ('O', _):
                place = place with { Offset = place.Offset + line.Length, FileOffset = place.FileOffset + line.Length };
                break;
            case ('S', TimingFormat.WindowSize) when TimingFormat.TryParseSize(line.Value, out var columns, out var rows):
                place = place with { Columns = columns, Rows = rows };
                break;
            case ('H', TimingFormat.Columns or TimingFormat.Lines) when int.TryParse(line.Value, out var cells) && cells > 0:
                place = line.Name == TimingFormat.Columns ? place with { Columns = cells } : place with { Rows = cells };
                break;
            case ('H', TimingFormat.Gap):
                place = place with { Offset = place.Offset + TimingFormat.LostIn(line.Value) };
                break;
        }

        HasEnded = line is { Kind: 'H', Name: TimingFormat.ExitCode or TimingFormat.Interrupted };
        Place = place;
    }

    private bool Fill(SafeFileHandle timing)
    {
        block.AsSpan(start, end - start).CopyTo(block);
        (start, end) = (0, end - start);
        if (end == block.Length)
        {
            Array.Resize(ref block, block.Length * 2); // a marker may be long
        }

        var read = RandomAccess.Read(timing, block.AsSpan(end), Place.TimingOffset + end);
        end += read;
        return read > 0;
    }
}

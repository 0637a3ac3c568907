using System.Globalization;
using System.Text;
using Coda.Core.Recordings;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Replays;

/// <summary>The screen of a recorded stream, piece by piece, as a replay shows it.</summary>
internal sealed class RecordedScreen
{
    private readonly StreamParser parser;

    private RecordedScreen(TerminalSize size)
    {
        Screen = new ScreenModel(size);
        parser = new StreamParser(Screen);
    }

    /// <summary>What is shown.</summary>
    public ScreenModel Screen { get; }

    /// <summary>Whether a snapshot of it would be all that there is: no sequence and no character is open.</summary>
    public bool IsAtRest => parser.IsAtRest;

    /// <summary>An empty screen of the size at a place.</summary>
    public static RecordedScreen At(in RecordingPlace place) => new(SizeAt(place));

    /// <summary>The screen where a keyframe was taken.</summary>
    public static RecordedScreen At(Keyframe keyframe)
    {
        var recorded = At(keyframe.Place);
        recorded.parser.Parse(keyframe.Unpack(), 0);
        return recorded;
    }

    /// <summary>Takes the next piece.</summary>
    public void Add(in RecordedPiece piece)
    {
        if (piece.IsResize)
        {
            Screen.Resize(SizeAt(piece.Place));
        }
        else if (piece.Lost > 0)
        {
            parser.Parse(Encoding.UTF8.GetBytes(NotKept(piece.Lost)), 0);
        }
        else
        {
            parser.Parse(piece.Output.Span, 0);
        }
    }

    /// <summary>What a replay shows for bytes that were not kept.</summary>
    private static string NotKept(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"\e[0m\r\n\e[2m[… {bytes:N0} bytes not kept …]\e[0m\r\n");

    private static TerminalSize SizeAt(in RecordingPlace place) => new(place.Columns, place.Rows);
}

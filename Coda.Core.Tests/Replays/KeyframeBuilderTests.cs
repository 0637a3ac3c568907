using System.Buffers;
using Coda.Core.Recordings;
using Coda.Core.Replays;
using Coda.Core.Screens;
using Coda.Core.Terminals;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Replays;

/// <summary>Keyframes of a recorded stream.</summary>
public sealed class KeyframeBuilderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-builder-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_terminal_that_begins_at_a_keyframe_is_as_one_that_was_told_everything()
    {
        using var made = new MadeRecording(Path.Combine(root, "a"));
        made.Lines(12_000).Resize(100, 30).Lines(9_000, seed: 2)
            .Output("\e[?1049h\e[2J\e[?1000h\e[5;10Hin the alternate screen").Resize(60, 20).Lines(16_000, seed: 3)
            .Output("\e[?1049l\e[2;10r\e[?2004h").Lines(16_000, seed: 4);
        var pieces = Pieces(made.End());
        Assert.InRange(Build(pieces).Count, 3, 5);
        foreach (var keyframe in Build(pieces))
        {
            var told = Terminal(keyframe.Place, []);
            var begun = Terminal(keyframe.Place, keyframe.Unpack());
            var isBefore = true;
            foreach (var (piece, output) in pieces)
            {
                Feed(told, piece, output, isBefore);
                if (piece.Place == keyframe.Place && piece.EndsLine)
                {
                    Assert.Equal(Shown(told.Screen), Shown(begun.Screen));
                    isBefore = false;
                }
                else if (!isBefore)
                {
                    Feed(begun, piece, output, isBefore);
                }
            }

            Assert.Equal(Shown(told.Screen), Shown(begun.Screen));
        }
    }

    [Fact]
    public void The_same_stream_gives_the_same_keyframes_and_another_gives_others_at_the_same_places()
    {
        using var made = new MadeRecording(Path.Combine(root, "a"));
        var pieces = Pieces(made.Lines(30_000).End());
        var first = Build(pieces);
        Assert.InRange(first.Count, 2, 3);
        Assert.Equal(first.Select(KeyframeFile.Encode), Build(pieces).Select(KeyframeFile.Encode));
        var masked = Build([.. pieces.Select(piece => (piece.Piece, Masked(piece.Output)))]);
        Assert.Equal(first.Select(keyframe => keyframe.Place), masked.Select(keyframe => keyframe.Place));
        Assert.All(masked, keyframe => Assert.DoesNotContain((byte)'a', keyframe.Unpack()));

        static byte[] Masked(byte[] output) => Array.ConvertAll(output, value => value == 'a' ? (byte)'*' : value);
    }

    [Fact]
    public void None_is_taken_within_a_sequence_or_a_character()
    {
        using var made = new MadeRecording(Path.Combine(root, "a"));
        made.Output(new string('x', 1 << 20) + "\e]2;a title").Output("that is long").Output("\e\\").Output("then");
        var keyframe = Assert.Single(Build(Pieces(made.End())));
        Assert.Equal((1 << 20) + "\e]2;a titlethat is long\e\\".Length, keyframe.Place.Offset);
    }

    [Fact]
    public void Behind_bytes_that_were_lost_one_shows_what_a_replay_shows()
    {
        using var made = new MadeRecording(Path.Combine(root, "a"));
        made.Lines(3_000).Lose(5_000).Output("after");
        var keyframe = Assert.Single(Build(Pieces(made.End())));
        var screen = Terminal(keyframe.Place, keyframe.Unpack()).Screen;
        Assert.Contains("[… 5,000 bytes not kept …]", Text(screen), StringComparison.Ordinal);
        Assert.EndsWith("after", Text(screen).TrimEnd(), StringComparison.Ordinal);
    }

    private static List<Keyframe> Build(List<(RecordedPiece Piece, byte[] Output)> pieces)
    {
        var builder = new KeyframeBuilder();
        return [.. pieces.Select(piece => builder.Add(piece.Piece with { Output = piece.Output })).OfType<Keyframe>()];
    }

    private static List<(RecordedPiece Piece, byte[] Output)> Pieces(RecordingFiles files)
    {
        using var first = File.OpenRead(files.OutputPath);
        using var output = File.OpenHandle(files.OutputPath);
        using var timing = File.OpenHandle(files.TimingPath);
        return [.. RecordedPiece.Read(TimingWalk.FromStart(RecordingFiles.FirstLineLength(first)), timing, output)
            .Select(piece => (piece, piece.Output.ToArray()))];
    }

    private static (ScreenModel Screen, StreamParser Parser) Terminal(RecordingPlace place, byte[] begin)
    {
        var screen = new ScreenModel(new TerminalSize(place.Columns, place.Rows));
        var parser = new StreamParser(screen);
        parser.Parse(begin, 0);
        return (screen, parser);
    }

    private static void Feed((ScreenModel Screen, StreamParser Parser) terminal, RecordedPiece piece, byte[] output, bool isFresh)
    {
        if (piece.IsResize || isFresh)
        {
            terminal.Screen.Resize(new TerminalSize(piece.Place.Columns, piece.Place.Rows));
        }

        terminal.Parser.Parse(output, 0);
    }

    private static byte[] Shown(ScreenModel screen)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ScreenSnapshot.Write(screen, bytes, Keyframe.HistoryRows);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Text(ScreenModel screen) => string.Join(
        '\n',
        Enumerable.Range(0, screen.Size.Rows).Select(y => screen.Active.Row(y)!).Select(row =>
            string.Concat(Enumerable.Range(0, row.Length).Select(x => row.HasContent(x) ? row.Text(x) : " ")).TrimEnd()));
}

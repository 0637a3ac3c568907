using System.Globalization;
using System.Text;
using Coda.Core.Screens;
using Coda.Core.Terminals.Stream;

namespace Coda.Core.Tests.Screens;

/// <summary>The state of a screen model as text, in the format of <c>client/oracle/dump.ts</c>.</summary>
internal sealed class ScreenDump
{
    private const int MostColumns = 2_000;
    private const uint DashedInLinks = 5;
    private readonly StringBuilder text = new();
    private readonly Dictionary<int, int> links = [];
    private readonly ScreenModel screen;

    private ScreenDump(ScreenModel screen) => this.screen = screen;

    /// <summary>What a case makes of a fresh model.</summary>
    public static string Of(ScreenCase screen)
    {
        var model = new ScreenModel(screen.Size, screen.Scrollback);
        var parser = new StreamParser(model);
        Play(screen, model, parser);
        return Of(model, parser);
    }

    /// <summary>Lets a model go through a case.</summary>
    public static void Play(ScreenCase screen, ScreenModel model, StreamParser parser)
    {
        long offset = 0;
        foreach (var step in screen.Steps)
        {
            if (step.Size is { } size)
            {
                model.Resize(size);
                continue;
            }

            parser.Parse(step.Output.Span, offset);
            offset += step.Output.Length;
        }
    }

    /// <summary>The state of a model.</summary>
    public static string Of(ScreenModel model, StreamParser parser)
    {
        var dump = new ScreenDump(model);
        dump.Write(parser);
        return dump.text.ToString();
    }

    private static string OnOff(bool? on) => on switch { null => "default", true => "on", false => "off" };

    private void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Write(StreamParser parser)
    {
        var modes = screen.Modes;
        Line($"size {screen.Size.Columns}x{screen.Size.Rows}");
        Line($"active {(screen.IsAlternate ? "alt" : "normal")}");
        Line($"pen {{{Pen(screen.Pen)}}}");
        Line($"charset {screen.Shift} {Designations(screen.DesignatedCharsets)}");
        Line($"mode insert {OnOff(modes.Insert)}");
        Line($"mode convertEol {OnOff(modes.NewLine)}");
        Line($"mode applicationCursorKeys {OnOff(modes.ApplicationCursorKeys)}");
        Line($"mode applicationKeypad {OnOff(modes.ApplicationKeypad)}");
        Line($"mode bracketedPasteMode {OnOff(modes.BracketedPaste)}");
        Line($"mode origin {OnOff(modes.Origin)}");
        Line($"mode reverseWraparound {OnOff(modes.ReverseWraparound)}");
        Line($"mode sendFocus {OnOff(modes.FocusReports)}");
        Line($"mode synchronizedOutput {OnOff(modes.SynchronizedOutput)}");
        Line($"mode wraparound {OnOff(modes.Wraparound)}");
        var shape = modes.CursorShape switch { 0 => "default", 1 => "block", 2 => "underline", _ => "bar" };
        Line($"cursor {(modes.CursorHidden ? "hidden" : "shown")} {shape} {OnOff(modes.CursorBlinks)}");
        var protocol = modes.MouseProtocol switch { 0 => "NONE", 9 => "X10", 1000 => "VT200", 1002 => "DRAG", _ => "ANY" };
        var encoding = modes.MouseEncoding switch { 0 => "DEFAULT", 1006 => "SGR", _ => "SGR_PIXELS" };
        Line($"mouse {protocol} {encoding}");
        var keyboard = screen.Keyboard;
        var stacks = $"[{string.Join(',', keyboard.Stack(alternate: false))}] [{string.Join(',', keyboard.Stack(alternate: true))}]";
        Line($"keyboard {keyboard.Current} {keyboard.Kept.Main} {keyboard.Kept.Alternate} {stacks}");
        Line($"title {Escaped(screen.Title)}");
        Line($"colors{string.Concat(screen.Colors.Changed.Select(color => $" {color.Key}=#{color.Value:x6}"))}");
        Line($"parser {(parser.IsBetweenSequences ? "ground" : "inside")}");
        Line($"last {(screen.Cluster == default ? "none" : $"{screen.Cluster.Width}{(screen.Cluster.Joins ? " joined" : "")}")}");
        Write("normal", screen.Main);
        Write("alt", screen.Alternate);
    }

    private void Write(string name, ScreenBuffer buffer)
    {
        var saved = buffer.Saved;
        Line($"buffer {name}");
        Line($"rows {buffer.Length} of {buffer.Capacity}");
        Line($"base {buffer.History.Count}");
        Line($"at {buffer.X},{buffer.Y}");
        var pen = (Flags(saved.Pen) + Flag(saved.Pen.Background, CellAttributes.Extended, " ext")).TrimStart();
        var modes = $"origin {OnOff(saved.Origin)} wraparound {OnOff(saved.Wraparound)}";
        Line($"saved {saved.X},{saved.Y} {{{pen}}} {saved.Shift} {Designations(saved.Charsets)} {modes}");
        Line($"margins {buffer.Top}-{buffer.Bottom}");
        Line($"tabs {string.Join(' ', Enumerable.Range(0, MostColumns).Where(buffer.HasTab))}");
        var row = new ScreenRow(buffer.Columns);
        for (var index = 0; index < buffer.History.Count; index++)
        {
            buffer.History.Read(index, row);
            Write(index, row);
        }

        for (var y = 0; buffer.Row(y) is { } shown; y++)
        {
            Write(buffer.History.Count + y, shown);
        }
    }

    private void Write(int index, ScreenRow row)
    {
        text.Append(CultureInfo.InvariantCulture, $"{index} {(row.Wrapped ? "wrapped " : "")}{row.Length} ");
        var (look, name) = (default(CellAttributes), "");
        var (empty, count) = ("", 0);
        for (var x = 0; x < row.Length; x++)
        {
            var next = row.Attributes(x);
            if (next != look)
            {
                look = next;
                if (Cell(look) is var nextName && nextName != name)
                {
                    Flush();
                    name = nextName;
                    text.Append('{').Append(name).Append('}');
                }
            }

            var content = row.Contents[x];
            var width = ScreenRow.WidthOf(content);
            if (!ScreenRow.IsCluster(content) && ScreenRow.CodePointOf(content) == 0)
            {
                var kind = width switch { 1 => "\\0", 0 => "\\-", _ => $"\\0/{width}" };
                if (kind != empty)
                {
                    Flush();
                    empty = kind;
                }

                count++;
                continue;
            }

            Flush();
            if (!ScreenRow.IsCluster(content) && width == 1 && ScreenRow.CodePointOf(content) is >= 0x20 and < 0x7f and not ('\\' or '{'))
            {
                text.Append((char)ScreenRow.CodePointOf(content));
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\{Hex(row.Text(x))}/{width};");
            }
        }

        Flush();
        text.Append('\n');

        void Flush()
        {
            if (count > 0)
            {
                text.Append(count == 1 ? empty : $"{empty}*{count};");
            }

            count = 0;
        }
    }

    private string Cell(in CellAttributes look)
    {
        var isExtended = (look.Background & CellAttributes.Extended) != 0;
        var style = look.Link != 0 ? DashedInLinks : Style(look);
        return (isExtended ? Flags(look) + Ink(style, look.Underline) + Link(look.Link) : Flags(look)).TrimStart();
    }

    private string Pen(in CellAttributes pen) =>
        (Flags(pen) + Flag(pen.Background, CellAttributes.Extended, " ext") + Ink(Style(pen), pen.Underline) + Link(pen.Link)).TrimStart();

    private string Link(int number)
    {
        if (number == 0)
        {
            return "";
        }

        if (screen.Link(number) is not { } link)
        {
            return " link=(forgotten)";
        }

        if (link.Group.Length > 0)
        {
            return $" link={Escaped(link.Group)};{Escaped(link.Uri)}";
        }

        if (!links.TryGetValue(number, out var order))
        {
            links[number] = order = links.Count + 1;
        }

        return $" link={Escaped(link.Uri)}#{order}";
    }

    private static string Flags(in CellAttributes look)
    {
        var (fore, back) = (look.Foreground, look.Background);
        return Color(" f", fore) + Color(" b", back)
            + Flag(fore, CellAttributes.Bold, " bold") + Flag(back, CellAttributes.Dim, " dim")
            + Flag(back, CellAttributes.Italic, " italic")
            + Flag(fore, CellAttributes.Underlined, " under") + Flag(fore, CellAttributes.Blink, " blink")
            + Flag(fore, CellAttributes.Inverse, " inverse") + Flag(fore, CellAttributes.Invisible, " hidden")
            + Flag(fore, CellAttributes.Struck, " strike") + Flag(back, CellAttributes.Overlined, " over")
            + Flag(back, CellAttributes.Protected, " guard");
    }

    private static uint Style(in CellAttributes look) => (look.Underline >> CellAttributes.UnderlineStyleShift) & 7;

    private static string Flag(uint word, uint flag, string name) => (word & flag) != 0 ? name : "";

    private static string Ink(uint style, uint word) => (style == 0 ? "" : $" style={style}") + Color(" ink", word);

    private static string Color(string name, uint word) => (word & CellAttributes.ColorKind) switch
    {
        CellAttributes.Of16 => $"{name}=p{word & 0xff}",
        CellAttributes.Of256 => $"{name}=x{word & 0xff}",
        CellAttributes.Rgb => $"{name}=#{word & 0xffffff:x6}",
        _ => "",
    };

    private static string Designations(ReadOnlySpan<char> charsets)
    {
        List<string> names = [];
        foreach (var name in charsets)
        {
            names.Add(name switch { Charsets.Ascii => "-", '5' => "C", '6' => "E", '7' => "H", _ => name.ToString() });
        }

        return $"[{string.Join(',', names)}]";
    }

    private static string Hex(string characters) =>
        string.Join('+', characters.EnumerateRunes().Select(rune => rune.Value.ToString("x", CultureInfo.InvariantCulture)));

    private static string Escaped(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        rune.Value is > 0x20 and < 0x7f and not ('\\' or '{' or '}' or '#') ? rune.ToString() : $"\\{rune.Value:x};"));
}

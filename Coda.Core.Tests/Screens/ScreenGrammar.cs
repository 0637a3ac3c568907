using System.Globalization;
using System.Text;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Screens;

/// <summary>
/// Makes cases at random, of what terminals are told: every sequence that xterm.js knows, with sane and insane parameters.
/// </summary>
/// <param name="kind">What the cases are about.</param>
internal sealed class ScreenGrammar(ScreenGrammar.Kind kind)
{
    private const int MostPieces = 60;

    // What acts more often than it would among all that can be said.
    private static readonly string[] Moves = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "Z", "`", "a", "d", "e", "f"];
    private static readonly string[] Edits =
        ["@", "P", "X", "J", "K", "?J", "?K", "L", "M", "S", "T", "^", "b", " @", " A", "'}", "'~", "J", "K", "L", "M"];

    private static readonly string[] Others =
    [
        "g", "r", "s", "u", "c", ">c", "=c", "n", "?n", ">q", "!p", "\"q", " q", "t", "$p", "?$p", "=u", "?u", ">u", "<u", "x", "y", "i",
        "?i", "\"p", "#p", "*x", "?W", "w", ">m", "?r", "?s", "#{", "~", "p", "q", "Q", "R", "U", "V", "N", "O", "W", "Y", "[", "j", "k",
        "l", "h",
    ];

    private static readonly string[] ColorForms = [";2;", ":2:", ":2::", ";5;", ":5:", ";", ":", ";2:", ";5:", ":3:", ":2:0:"];

    private static readonly int[] PrivateModes =
    [
        1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9, 12, 25, 45, 45, 47, 47, 66, 67, 80, 95, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016,
        1034, 1047, 1047, 1048, 1049, 1049, 1049, 2004, 2026, 2027, 2031, 9001,
    ];

    private static readonly string[] Escapes =
    [
        "7", "8", "7", "8", "D", "E", "H", "M", "M", "=", ">", "c", "n", "o", "|", "}", "~", "#8", "#3", "#6", "%@", "%G", "\\", " F",
        "Z", "N", "O", "l", "m", "1", "(", "$B", "6", "9", "`", "*", "V", "W",
    ];

    private static readonly string[] Designated =
        ["0", "A", "B", "4", "C", "5", "R", "Q", "K", "Y", "E", "6", "Z", "H", "7", "=", "<", "%5", "\"4", "X"];

    // Clusters, and what is to become none.
    private static readonly string[] Clusters =
    [
        "你", "好", "世界", "ｱ", "Ａ", "é", "e\u0301", "o\u0308\u0323", "\u0301", "a\u200d", "\u200d", "👩‍💻", "👨‍👩‍👧‍👦", "👍",
        "👍🏽", "🏽", "🇩🇪",
        "🇩", "🇩🇪🇫", "❤\ufe0f", "❤", "☺\ufe0e", "a\ufe0f", "\ufe0f", "1\ufe0f\u20e3", "क्षि", "नमस्ते", "ไทย", "ก็", "각",
        "\u1100\u1161\u11a8", "\uac00\u11a8", "\u0600\u0661", "\u0600", "\u00ad", "x\u00ady", "\u00ad", "\u200b", "\u2060", "\ufeff",
        "\ufffd", "\uffff", "\U00010ffff", "\u0e33", "ﷺ", "עברית", "العربية", "─│┌┐└┘├┤", "█▓▒░", "“q”", "…", "—", "\u3000", "🏳️‍🌈",
        "🧑🏿‍🚀", "\U000e0020", "\u202e", "ẞ", "\U0001f468\u200d", "\u2764\ufe0f\u200d\U0001f525", "\u0915\u094d\u0937\u093f\u0902",
        "\u0bb5\u0ba3\u0b95\u0bcd\u0b95\u0bae\u0bcd", "\U0001f1e6", "⌚", "㍿", "\U00020000", "\ue0b0",
    ];

    private static readonly byte[][] NoText =
    [
        [0xff], [0x80], [0xbf], [0xc0, 0x80], [0xc1], [0xc3], [0xe2], [0xe2, 0x80], [0xe4, 0xbd], [0xf0, 0x9f], [0xf0, 0x9f, 0x91],
        [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe0, 0x80, 0xaf], [0xfe], [0xc2],
    ];

    private static readonly string[] Broken =
    [
        "\e", "\e[", "\e[?", "\e[>", "\e[1", "\e[1;", "\e[1:", "\e[ ", "\e[1 ", "\e]", "\e]0", "\e]0;", "\e]8;;", "\e]4;", "\eP", "\eP1",
        "\eP1;2q", "\eP$q", "\e_", "\e_G", "\e^", "\eX", "\e(", "\e%", "\e#", "\e\e", "\x18", "\x1a", "\a", "\e\\", "\u009c", "\u009b",
        "\u009b3", "\u0090", "\u009d", "\u009d2;t", "\u009e", "\u009f", "\u0098", "é", "~", "m", "\e[1?2h", "\e[?1?2h", "\e[1 2h",
        "\e[<1;2", "\e[é", "\e[1é", "\e[1?é", "\e(é", "\e_aé", "\eP1é", "\ePqé", "\e]2;é", "\e[0\n1m", "\e[3\b1m", "\e[1\u007f5m",
        "\e[0\e[1m", "\e[31\x18m",
    ];

    private Random random = new(0);
    private TerminalSize size;

    /// <summary>What cases are about.</summary>
    internal enum Kind
    {
        /// <summary>All there is, on screens as people have them.</summary>
        Everything,

        /// <summary>All there is, on screens of a few cells.</summary>
        Tiny,

        /// <summary>Characters of all widths, written over each other.</summary>
        Text,

        /// <summary>Margins, scrolling, inserted and deleted lines, the alternate screen.</summary>
        Scrolling,

        /// <summary>Long lines, and ever other sizes.</summary>
        Sizes,

        /// <summary>What is no sequence, no UTF-8 and no terminal's business.</summary>
        Garbage,
    }

    /// <summary>The case of a seed.</summary>
    public ScreenCase Make(int seed)
    {
        random = new Random(seed);
        var small = kind == Kind.Tiny || (kind != Kind.Everything && Chance(2));
        var first = size = small ? Small() : Large();
        var scrollback = small || kind == Kind.Sizes ? Pick(0, 3, 100) : 100;
        var steps = new ScreenStep[random.Next(1, MostPieces)];
        for (var i = 0; i < steps.Length; i++)
        {
            if (Chance(kind is Kind.Sizes ? 5 : 25))
            {
                size = small ? Small() : Large();
                steps[i] = ScreenStep.Resize(size);
                continue;
            }

            var piece = Piece();
            // What xterm.js makes of a control character between ESC [ and ?, depends on how it is cut.
            if (i > 0 && piece.Span is [< 0x20 or 0x7f, ..] && steps[i - 1].Output.Span is [.., 0x1b, (byte)'['])
            {
                piece = Bytes("0");
            }

            steps[i] = ScreenStep.Write(piece);
        }

        return new ScreenCase($"{kind} {seed}", first, scrollback, steps);
    }

    private ReadOnlyMemory<byte> Piece()
    {
        var among = random.Next(100);
        return kind switch
        {
            Kind.Text => among switch
            {
                < 30 => Bytes(Cluster()),
                < 50 => Bytes(Words()),
                < 60 => Bytes(Line()),
                < 75 => Bytes(Move()),
                < 80 => Bytes(Pick("\e[4h", "\e[4l", "\e[?7l", "\e[?7h", "\e[?45h", "\e[?45l")),
                < 90 => Bytes(Edit()),
                < 93 => Bytes(Sgr()),
                _ => Bytes(Control()),
            },
            Kind.Scrolling => among switch
            {
                < 25 => Bytes(Words()),
                < 40 => Bytes(string.Concat(Enumerable.Repeat("\n", random.Next(1, size.Rows + 2)))),
                < 50 => Bytes(Margins()),
                < 60 => Bytes(Pick("\eM", "\eD", "\eE", "\n", "\v", "\f")),
                < 75 => Bytes(Csi(Pick("L", "M", "S", "T", "^", "J", "3J"), 1)),
                < 85 => Bytes(Move()),
                < 90 => Bytes(Mode()),
                < 95 => Bytes(Pick("\e7", "\e8", "\e[s", "\e[u", "\e[!p", "\e#8", "\e[?6h", "\e[?6l")),
                _ => Bytes(Sgr()),
            },
            Kind.Sizes => among switch
            {
                < 35 => Bytes(Line()),
                < 50 => Bytes(Words() + "\r\n"),
                < 60 => Bytes(Cluster()),
                < 70 => Bytes(Control()),
                < 80 => Bytes(Move()),
                < 85 => Bytes(Edit()),
                < 90 => Bytes(Mode()),
                < 93 => Bytes(Sgr()),
                < 96 => Bytes(Link()),
                _ => Bytes(Pick("\e7", "\e8", "\eH", "\e[g", "\e[3g", "\e[3J")),
            },
            Kind.Garbage => among switch
            {
                < 30 => Bytes(Pick(Broken)),
                < 40 => Pick(NoText),
                < 50 => Random(),
                < 60 => Bytes(Any()),
                < 75 => Bytes(Words()),
                < 85 => Bytes(Control()),
                _ => Bytes(Cluster()),
            },
            _ => among switch
            {
                < 20 => Bytes(Words()),
                < 28 => Bytes(Cluster()),
                < 33 => Bytes(Line()),
                < 45 => Bytes(Control()),
                < 60 => Bytes(Any()),
                < 70 => Bytes(Move()),
                < 78 => Bytes(Edit()),
                < 86 => Bytes(Sgr()),
                < 91 => Bytes(Mode()),
                < 93 => Bytes(Margins()),
                < 95 => Bytes(Link()),
                < 97 => Bytes(Osc()),
                < 98 => Bytes(Pick(Broken)),
                < 99 => Pick(NoText),
                _ => Random(),
            },
        };
    }

    private string Any() => random.Next(8) switch
    {
        0 => Move(),
        1 => Edit(),
        2 => Csi(Pick(Others), random.Next(4)),
        3 => "\e" + Pick(Escapes),
        4 => "\e" + Pick("(", ")", "*", "+", "-", ".", "/") + Pick(Designated) + Pick("", "q", "x#[{~"),
        5 => Osc(),
        6 => Pick("\eP", "\e_", "\e^", "\eX", "\u0090", "\u009f", "\u009e", "\u0098")
            + Pick("", "q", "1;2q", "$qm", "+q544e", "Ga=1;AAAA", "é", ";:?") + Pick("", "text", "\n", "\t")
            + Pick("\e\\", "\u009c", "\x18", "\x1a"),
        _ => Mode(),
    };

    private string Words()
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, Math.Max(2, size.Columns)); i > 0; i--)
        {
            text.Append(Chance(6) ? ' ' : (char)random.Next('!', '~' + 1));
        }

        return text + Pick("", "", "\r\n", "\r", "\n");
    }

    private string Line()
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, size.Columns * 4); i > 0; i--)
        {
            text.Append(random.Next(40) switch
            {
                0 => Pick(Clusters),
                < 4 => Pick("你", "好", "👍"),
                _ => ((char)random.Next('a', 'z' + 1)).ToString(),
            });
        }

        return text + Pick("", "\r\n", "\r\n");
    }

    private string Cluster() => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Chance(4) ? "x" : Pick(Clusters)));

    private string Control() => Chance(4)
        ? ((char)random.Next(0x80, 0xa0)).ToString()
        : Pick("\r\n", "\r\n", "\r", "\n", "\b", "\b", "\t", "\t", "\v", "\f", "\x0e", "\x0f", "\a", "\0", "\x7f", "\x05", "\x1c");

    private string Move() => Csi(Pick(Moves), random.Next(3));

    private string Edit() => Csi(Pick(Edits), random.Next(2));

    private string Margins() => Chance(4) ? Csi("r", random.Next(4)) : $"\e[{random.Next(size.Rows + 2)};{random.Next(size.Rows + 2)}r";

    private string Mode() => Chance(5)
        ? Csi(Pick("h", "l"), 0).Insert(2, Pick("4", "20", "2", "4;20", "12"))
        : $"\e[?{string.Join(';', Enumerable.Range(0, Pick(1, 1, 1, 2, 3)).Select(_ => Pick(PrivateModes)))}{Pick("h", "l")}";

    private string Sgr() => random.Next(10) switch
    {
        0 => "\e[m",
        1 => $"\e[{Pick("38", "48", "58")}{Pick(ColorForms)}{Parameters(random.Next(6), Pick(";", ":"))}m",
        2 => $"\e[4:{random.Next(8)}m",
        3 => $"\e[{Pick("38", "48")};2;{random.Next(256)};{random.Next(256)};{random.Next(256)}m",
        4 => $"\e[{Pick("38", "48")};5;{random.Next(256)}m",
        5 => $"\e[{Parameters(random.Next(1, 40), Pick(";", ";", ":"))}m",
        6 => $"\e[{random.Next(30, 50)};{Pick(1, 2, 3, 4, 5, 7, 8, 9, 21, 53)}m",
        _ => $"\e[{string.Join(';', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Rendition()))}m",
    };

    private int Rendition() => Pick(random.Next(110), random.Next(60), 59, 221, 222, random.Next(1, 10));

    private string Osc()
    {
        var text = random.Next(12) switch
        {
            0 => "0;" + Pick("title", "", "a;b", "é👍", "\t"),
            1 => "2;" + Words().TrimEnd('\r', '\n'),
            2 => Pick(
                "1;icon", "7;file://host/", "52;c;aGk=", "133;A", "9;hi", "777;notify;a;b", "1337;x", "x;y", "", "0", "8", "4",
                "00;z", "02;y"),
            3 or 4 => $"4;{random.Next(260)};{Color()}" + (Chance(3) ? $";{random.Next(20)};{Color()}" : ""),
            5 => $"{Pick(10, 11, 12)};{Color()}" + (Chance(3) ? $";{Color()}" : ""),
            6 => Pick("104", "104;", $"104;{random.Next(260)}", "104;1;2;x", "110", "111", "112", "110;"),
            7 => Pick("4;1;?", "10;?", "11;?", "12;?", "4;1;#fff;2;?"),
            _ => "8;" + Pick("", "id=a", "id=b", "id=a:x=y", "x") + ";" + Pick("", "", "http://a/", "http://b/;c", "http://a/"),
        };
        return Pick("\e]", "\e]", "\e]", "\u009d") + text + Pick("\a", "\a", "\e\\", "\u009c", "\x18");
    }

    private string Link()
    {
        var uri = Pick("", "http://a/", "http://b/", $"http://{random.Next(5)}/");
        return $"\e]8;{Pick("", "", "id=a", "id=b")};{uri}\a{Pick("", "link", "链接")}";
    }

    private string Color() => Pick(
        "#fff", "#123456", "#123456789", "#abcdabcdabcd", "rgb:1/2/3", "rgb:11/22/33", "rgb:111/222/333", "rgb:ffff/0/0",
        "rgb:ffff/eeee/dddd", "red", "#12", "", "RGB:AA/bb/Cc", "rgba:1/2/3/4");

    private string Csi(string final, int parameters)
    {
        var start = Chance(30) ? "\u009b" : "\e[";
        var prefix = final[0] is '?' or '>' or '<' or '=' ? final[..1] : "";
        return start + prefix + Parameters(parameters, Chance(20) ? ":" : ";") + final[prefix.Length..];
    }

    private string Parameters(int count, string separator) =>
        string.Join(Chance(15) ? Pick(";", ":") : separator, Enumerable.Range(0, count).Select(_ => Parameter()));

    private string Parameter()
    {
        var among = random.Next(100);
        return among switch
        {
            < 8 => "",
            < 55 => random.Next(0, 6).ToString(CultureInfo.InvariantCulture),
            < 75 => random.Next(size.Rows + 2).ToString(CultureInfo.InvariantCulture),
            < 95 => random.Next(size.Columns + 2).ToString(CultureInfo.InvariantCulture),
            < 99 => random.Next(300).ToString(CultureInfo.InvariantCulture),
            _ => Pick("1000", "9999", "32767", "32768", "2147483648", "99999999999", "007"),
        };
    }

    private byte[] Random()
    {
        var bytes = new byte[random.Next(1, 12)];
        random.NextBytes(bytes);
        return bytes;
    }

    private TerminalSize Large() => new(random.Next(20, 140), random.Next(5, 50));

    private TerminalSize Small() => new(random.Next(2, 13), random.Next(1, 7));

    private bool Chance(int of) => random.Next(of) == 0;

    private T Pick<T>(params ReadOnlySpan<T> among) => among[random.Next(among.Length)];

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

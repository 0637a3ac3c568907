using System.Globalization;
using System.IO.Compression;
using System.Text;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Screens;

/// <summary>What programs have written to a terminal.</summary>
/// <param name="Name">The program's, and the size.</param>
/// <param name="Size">What the terminal had.</param>
internal sealed record Corpus(string Name, TerminalSize Size, byte[] Output)
{
    private static readonly string Directory = Path.Combine(Repository.Root, "Coda.Core.Tests/Screens/Corpora");

    /// <summary>Recordings of real programs (<c>RecordCorpora</c>).</summary>
    public static IEnumerable<string> Recorded =>
        System.IO.Directory.EnumerateFiles(Directory, "*.gz").Select(Path.GetFileNameWithoutExtension).Order()!;

    /// <summary>Long output, made here: plain lines, wrapping ones, wide characters, a colour for each word, rows painted over.</summary>
    public static IEnumerable<string> Made => ["plain", "wrapping", "wide", "colored", "painted"];

    /// <summary>Reads a recording.</summary>
    public static Corpus Read(string name)
    {
        var size = name[(name.LastIndexOf('-') + 1)..].Split('x');
        using var file = new GZipStream(File.OpenRead(Path.Combine(Directory, name + ".gz")), CompressionMode.Decompress);
        using var output = new MemoryStream();
        file.CopyTo(output);
        return new Corpus(name, new TerminalSize(Number(size[0]), Number(size[1])), output.ToArray());

        static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>Makes the long output of a name.</summary>
    public static Corpus Make(string name)
    {
        var random = new Random(1);
        var text = new StringBuilder();
        for (var line = 0; text.Length < 1_000_000; line++)
        {
            text.Append(name switch
            {
                "plain" => $"{line} The quick brown fox jumps over the lazy dog, {line * 7919L} times\r\n",
                "wrapping" => $"{line} {new string((char)('a' + (line % 26)), random.Next(1_000))}\r\n",
                "wide" => $"{line} 你好，世界。日本語テキスト 한국어 👩‍💻 क्षि “…” {new string('字', random.Next(90))}\r\n",
                "colored" => Colored(),
                _ => Painted(line),
            });
        }

        return new Corpus(name, new TerminalSize(80, 24), Encoding.UTF8.GetBytes(text.ToString()));

        string Colored()
        {
            var words = Enumerable.Range(0, random.Next(1, 16)).Select(_ =>
                $"\e[38;2;{Byte()};{Byte()};{Byte()}m\e[48;5;{Byte()}mword{Byte()}\e[m");
            return string.Join(' ', words) + "\r\n";

            int Byte() => random.Next(256);
        }

        string Painted(int frame)
        {
            var rows = Enumerable.Range(1, 12).Select(row => $"\e[{row};1H\e[2K\e[3{frame % 8}m│ {row} frame {frame}\e[m\e[K");
            var scrolled = frame % 5 == 0 ? $"\e[24;1H\nresult {frame}\r\n" : "";
            return $"\e[?2026h\e[?25l{string.Concat(rows)}{scrolled}\e[?25h\e[?2026l";
        }
    }

    /// <summary>The whole of it on a screen.</summary>
    public ScreenCase On(TerminalSize size, int scrollback = 1_000) =>
        new($"{Name} on {size.Columns}x{size.Rows}", size, scrollback, [ScreenStep.Write(Output)]);
}

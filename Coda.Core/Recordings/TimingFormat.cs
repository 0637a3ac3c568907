using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Coda.Core.Recordings;

/// <summary>One line of a timing file.</summary>
/// <param name="Kind"><c>O</c> output, <c>S</c> signal (resize), <c>H</c> note.</param>
/// <param name="Delay">Time since the line before.</param>
/// <param name="Length">Bytes of output, for <c>O</c>.</param>
/// <param name="Name">Name of the signal or note.</param>
/// <param name="Value">What follows the name.</param>
public readonly record struct TimingLine(char Kind, TimeSpan Delay, long Length, string Name, string Value);

/// <summary>
/// The text format of <c>script --logging-format advanced</c> (util-linux, script(1) and scriptreplay(1)):
/// <c>O 0.012345 512</c>, <c>S 1.5 SIGWINCH ROWS=24 COLS=80</c>, <c>H 0.0 EXIT_CODE 0</c>. Delays are seconds with six decimals.
/// </summary>
public static partial class TimingFormat
{
    /// <summary>Note: a named moment, its value is a JSON string.</summary>
    public const string Marker = "MARKER";

    /// <summary>Note: bytes that were not kept, <c>{"from":…,"to":…}</c> in stream offsets.</summary>
    public const string Gap = "GAP";

    /// <summary>Note: the cap was reached, <c>{"offset":…}</c>; nothing of the output follows.</summary>
    public const string Capped = "CAPPED";

    /// <summary>Note: the program's exit code; the last line of a recording that ended in order.</summary>
    public const string ExitCode = "EXIT_CODE";

    /// <summary>Note: the server died before the recording ended; the last line then.</summary>
    public const string Interrupted = "INTERRUPTED";

    /// <summary>Note: cells a line, at the start.</summary>
    internal const string Columns = "COLUMNS";

    /// <summary>Note: lines, at the start.</summary>
    internal const string Lines = "LINES";

    /// <summary>Signal: the window has another size.</summary>
    public const string WindowSize = "SIGWINCH";

    internal static string Output(TimeSpan delay, long length) => $"O {Seconds(delay)} {length}\n";

    internal static string Resize(TimeSpan delay, int columns, int rows) => $"S {Seconds(delay)} {WindowSize} ROWS={rows} COLS={columns}\n";

    internal static string Note(TimeSpan delay, string name, string value) => $"H {Seconds(delay)} {name} {value}\n";

    /// <summary>Text on one line, whatever it holds.</summary>
    internal static string Escape(string text) => JsonSerializer.Serialize(text);

    /// <summary>The text of what <see cref="Escape"/> made; anything else stays as it is.</summary>
    internal static string Unescape(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(json) ?? "";
        }
        catch (JsonException)
        {
            return json;
        }
    }

    /// <summary>Seconds with six decimals.</summary>
    internal static string Seconds(TimeSpan time) => (time.Ticks / 10 / 1e6).ToString("F6", CultureInfo.InvariantCulture);

    /// <summary>Reads one line without its line end; false for anything this format does not know.</summary>
    public static bool TryParse(string line, out TimingLine parsed)
    {
        parsed = default;
        var parts = line.Split(' ', 4);
        if (parts.Length < 3 || parts[0] is not ("O" or "S" or "H")
            || !double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            || seconds is not (>= 0 and <= 1e9)) // NaN is neither
        {
            return false;
        }

        var delay = TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6));
        if (parts[0] != "O")
        {
            parsed = new TimingLine(parts[0][0], delay, 0, parts[2], parts.Length > 3 ? parts[3] : "");
            return true;
        }

        var valid = long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length);
        parsed = new TimingLine('O', delay, length, "", "");
        return valid;
    }

    /// <summary>Reads one line without its line end, as UTF-8.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out TimingLine parsed)
    {
        // Most lines by far, so without a string of each.
        if (line.StartsWith("O "u8)
            && Utf8Parser.TryParse(line[2..], out decimal seconds, out var digits, 'F') && seconds is >= 0 and <= 1_000_000_000
            && line[(2 + digits)..] is [(byte)' ', .. var number]
            && Utf8Parser.TryParse(number, out long length, out var used) && used == number.Length && length >= 0)
        {
            parsed = new TimingLine('O', TimeSpan.FromMicroseconds((double)decimal.Round(seconds * 1_000_000)), length, "", "");
            return true;
        }

        return TryParse(Encoding.UTF8.GetString(line), out parsed);
    }

    /// <summary>How many bytes a <see cref="Gap"/> says were not kept; 0 when it cannot be read.</summary>
    internal static long LostIn(string value)
    {
        var numbers = FromAndTo().Match(value).Groups;
        return long.TryParse(numbers[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(numbers[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            ? Math.Max(0, to - from) : 0;
    }

    /// <summary>Reads the value of a <see cref="WindowSize"/> line: <c>ROWS=24 COLS=80</c>.</summary>
    public static bool TryParseSize(string value, out int columns, out int rows)
    {
        columns = rows = 0;
        foreach (var field in value.Split(' '))
        {
            _ = field.Split('=') switch
            {
                ["ROWS", var number] => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out rows),
                ["COLS", var number] => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out columns),
                _ => false,
            };
        }

        return columns > 0 && rows > 0;
    }

    [GeneratedRegex(@"(\d{1,18})\D+(\d{1,18})", RegexOptions.CultureInvariant)]
    private static partial Regex FromAndTo();
}

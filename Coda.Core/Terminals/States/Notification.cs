using System.Text;

namespace Coda.Core.Terminals.States;

/// <summary>Desktop notifications that programs send through their terminal: OSC 9, OSC 777 and OSC 99.</summary>
internal static class Notification
{
    /// <summary>
    /// The text of a notification; null when the sequence is something else, such as ConEmu's or a question about support.
    /// </summary>
    /// <param name="code">9, 99 or 777.</param>
    /// <param name="data">What follows the code.</param>
    public static string? Text(int code, string data) => code switch
    {
        // ConEmu uses OSC 9;<number> and OSC 9;<number>;… for other things.
        9 => data.Split(';', 2)[0] is { Length: 1 or 2 } number && number.All(char.IsAsciiDigit) ? null : data,
        777 => data.StartsWith("notify;", StringComparison.Ordinal)
            ? data["notify;".Length..].Replace(";", ": ", StringComparison.Ordinal)
            : null,
        _ => OfKitty(data),
    };

    /// <summary>ConEmu's progress, <c>OSC 9;4;state;percent</c>, which says whether the program works; null = it is none.</summary>
    public static TerminalStateKind? Progress(string data) => data.StartsWith("4;", StringComparison.Ordinal)
        ? data[2..].Split(';')[0] switch
        {
            "0" => TerminalStateKind.Idle,
            "1" or "3" => TerminalStateKind.Working,
            "2" => TerminalStateKind.Failed,
            "4" => TerminalStateKind.WaitingForInput,
            _ => null,
        }
        : null;

    /// <summary>Whether the words ask for a permission.</summary>
    public static bool AsksForApproval(string text) =>
        text.Contains("approv", StringComparison.OrdinalIgnoreCase) || text.Contains("permission", StringComparison.OrdinalIgnoreCase);

    // key=value:key=value;payload. p says what the payload is (default: the title), e=1 that it is base64.
    private static string? OfKitty(string data)
    {
        var separator = data.IndexOf(';');
        if (separator < 0)
        {
            return null;
        }

        var keys = data[..separator].Split(':');
        if (keys.FirstOrDefault(key => key.StartsWith("p=", StringComparison.Ordinal)) is not (null or "p=title" or "p=body"))
        {
            return null;
        }

        var payload = data[(separator + 1)..];
        var decoded = new byte[payload.Length];
        return !keys.Contains("e=1") ? payload
            : Convert.TryFromBase64String(payload, decoded, out var length) ? Encoding.UTF8.GetString(decoded, 0, length)
            : null;
    }
}

using System.Buffers.Text;
using System.Text;

namespace Coda.Core.Terminals.States;

/// <summary>
/// A report of OSC 7501, the program status protocol: <c>state=blocked:app=codex:kind=permission:msg=…</c>, texts in base64 of UTF-8.
/// Each report replaces the one before.
/// </summary>
/// <param name="State">What the program does; null when the program takes its report back (<c>clear</c>).</param>
/// <param name="Message">Its words, untrusted.</param>
internal sealed record ProgramStatus(TerminalStateKind? State, string Message)
{
    /// <summary>Reads the fields; null when they are no report.</summary>
    public static ProgramStatus? TryParse(string fields)
    {
        string state = "", kind = "", message = "";
        foreach (var field in fields.Split(':'))
        {
            switch (field.Split('=', 2))
            {
                case ["state", var value]: state = value; break;
                case ["kind", var value]: kind = value; break;
                case ["msg", var value]: message = Decode(value); break;
                case ["title", var value] when message.Length == 0: message = Decode(value); break;
            }
        }

        return state switch
        {
            "idle" => new(TerminalStateKind.Idle, message),
            "working" => new(TerminalStateKind.Working, message),
            "blocked" => new(kind == "permission" ? TerminalStateKind.WaitingForApproval : TerminalStateKind.WaitingForInput, message),
            "done" => new(TerminalStateKind.Done, message),
            "error" => new(TerminalStateKind.Failed, message),
            "clear" => new(null, ""),
            _ => null,
        };
    }

    private static string Decode(string base64)
    {
        var bytes = Encoding.ASCII.GetBytes(base64);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(bytes.Length)];
        return Base64.IsValid(bytes) && Base64.DecodeFromUtf8(bytes, decoded, out _, out var length) == System.Buffers.OperationStatus.Done
            ? Encoding.UTF8.GetString(decoded, 0, length)
            : "";
    }
}

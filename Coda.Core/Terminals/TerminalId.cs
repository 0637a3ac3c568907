using Coda.Core.Security;

namespace Coda.Core.Terminals;

/// <summary>Names a terminal and its recording: <c>term-</c> + 12 hex digits.</summary>
public readonly record struct TerminalId
{
    private const string Prefix = "term-";
    private const int HexDigits = 12;
    private readonly string? value;

    private TerminalId(string value) => this.value = value;

    /// <summary>Draws a new id.</summary>
    public static TerminalId New() => new(RandomId.New(Prefix, HexDigits));

    /// <summary>Reads an id that came from outside; false for anything that is not exactly one.</summary>
    public static bool TryParse(string? text, out TerminalId id)
    {
        var wellFormed = RandomId.IsWellFormed(text, Prefix, HexDigits);
        id = wellFormed ? new TerminalId(text!) : default;
        return wellFormed;
    }

    /// <inheritdoc />
    public override string ToString() => value ?? "";
}

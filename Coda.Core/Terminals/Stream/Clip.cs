namespace Coda.Core.Terminals.Stream;

/// <summary>What a program wants in the clipboard of whoever looks (OSC 52, xterm's "Manipulate Selection Data").</summary>
/// <param name="Base64">As it came, at most 4 MB; empty when it was longer.</param>
/// <param name="Length">How long it was, in characters of base64.</param>
public sealed record Clip(string Base64, long Length);

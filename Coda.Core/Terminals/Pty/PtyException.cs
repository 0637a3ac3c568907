namespace Coda.Core.Terminals.Pty;

/// <summary>A PTY or its program could not be had; the message is for a user.</summary>
internal sealed class PtyException(string message) : Exception(message);

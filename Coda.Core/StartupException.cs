namespace Coda.Core;

/// <summary>The server cannot start for a reason its operator can mend: shown as a message, without a stack trace, exit code 1.</summary>
public sealed class StartupException(string message, Exception? reason = null) : Exception(message, reason);

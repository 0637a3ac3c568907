using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>Says how a terminal ended.</summary>
internal static class EndWords
{
    /// <summary>As a sentence.</summary>
    public static string Of(TerminalEnd end) => Of(end.Reason, end.Code);

    /// <summary>In a word or two.</summary>
    public static string Short(TerminalEndReason? reason, int? code) => reason switch
    {
        null => "Running",
        TerminalEndReason.Exited => code is null or < 0 ? "Exited" : $"Exit code {code}",
        TerminalEndReason.Closed => "Ended by a user",
        TerminalEndReason.Idle => "Unused",
        TerminalEndReason.TimedOut => "Timed out",
        TerminalEndReason.ServerStopped => "Server stopped",
        TerminalEndReason.Failed => "Failed",
        _ => "Server died",
    };

    /// <summary>As a sentence.</summary>
    public static string Of(TerminalEndReason? reason, int? code) => reason switch
    {
        null => "Running.",
        TerminalEndReason.Closed => "Ended by a user.",
        TerminalEndReason.Idle => "Ended because it was idle.",
        TerminalEndReason.TimedOut => "Ended because its time was up.",
        TerminalEndReason.ServerStopped => "Ended when the server stopped.",
        TerminalEndReason.Interrupted => "Lost when the server died.",
        TerminalEndReason.Failed => "Ended by a fault of the server; its log says which. What was written until then is kept.",
        _ when code is null or < 0 => "The program exited.",
        _ => $"The program exited with code {code}.",
    };
}

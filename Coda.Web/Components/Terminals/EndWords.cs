using Coda.Core.Terminals;

namespace Coda.Web.Components.Terminals;

/// <summary>Says how a terminal ended.</summary>
internal static class EndWords
{
    private const int Killed = 128 + 9; // SIGKILL

    /// <summary>In a word or two, for lists.</summary>
    public static string Short(TerminalRecord record) => record.EndReason switch
    {
        null => "running",
        TerminalEndReason.Exited => record.ExitCode switch
        {
            0 => "ok",
            Killed => "killed",
            null or < 0 => "ended",
            var code => $"failed ({code})",
        },
        TerminalEndReason.Closed when record.Mode == TerminalMode.Run => "cancelled",
        TerminalEndReason.TimedOut => "timed out",
        TerminalEndReason.Interrupted => "interrupted",
        TerminalEndReason.Failed => "failed",
        _ => "stopped",
    };

    /// <summary>As a sentence, without its full stop: the time may follow.</summary>
    public static string Of(TerminalEndReason? reason, int? code) => reason switch
    {
        null => "Running",
        TerminalEndReason.Closed => "Stopped by a user",
        TerminalEndReason.Idle => "Stopped because it was idle",
        TerminalEndReason.TimedOut => "Ended because its time was up",
        TerminalEndReason.ServerStopped => "Ended when the server stopped",
        TerminalEndReason.Interrupted => "Lost when the server died",
        TerminalEndReason.Failed => "Ended by a fault of the server, whose log says which",
        _ => code switch
        {
            null or < 0 => "The program exited",
            0 => "The program exited: ok",
            Killed => "The program was killed",
            _ => $"The program exited with code {code}",
        },
    };
}

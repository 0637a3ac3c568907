using Coda.Core.Native;

namespace Coda.Core.Terminals.Pty;

/// <summary>Ends whatever processes a search finds, politely first.</summary>
internal static class ProcessSweep
{
    private const int KillRounds = 5;
    private static readonly TimeSpan DeathOfKilled = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Sends <paramref name="stopSignal"/> to the groups of what <paramref name="find"/> finds, waits at most <paramref name="grace"/>,
    /// then SIGKILLs whatever is left or was started meanwhile. Returns at once when there is nothing.
    /// </summary>
    /// <param name="loop">Reports their ends.</param>
    /// <param name="find">What is to end, found again after each round.</param>
    /// <param name="stopSignal">The polite signal.</param>
    /// <param name="grace">How long it is given to work.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hurry">Ends the grace.</param>
    /// <returns>Whether everything is gone (an uninterruptible process may not be).</returns>
    public static async Task<bool> EndAsync(
        EventLoop loop, Func<List<ProcessEntry>> find, int stopSignal, TimeSpan grace, TimeProvider time, CancellationToken hurry)
    {
        var found = find();
        foreach (var group in found.Select(entry => entry.Group).Distinct())
        {
            ProcessTable.SignalGroup(group, stopSignal);
            ProcessTable.SignalGroup(group, Libc.SIGCONT); // a stopped job acts on its signal only when continued
        }

        if (await GoneWithinAsync(loop, found, grace, time, hurry))
        {
            found = find();
        }

        for (var round = 0; found.Count > 0 && round < KillRounds; round++, found = find())
        {
            foreach (var entry in found)
            {
                ProcessTable.Signal(entry.Pid, Libc.SIGKILL);
            }

            await GoneWithinAsync(loop, found, DeathOfKilled, time, CancellationToken.None);
        }

        return found.Count == 0;
    }

    private static async Task<bool> GoneWithinAsync(
        EventLoop loop, List<ProcessEntry> processes, TimeSpan limit, TimeProvider time, CancellationToken hurry)
    {
        if (processes.Count == 0)
        {
            return true;
        }

        try
        {
            await Task.WhenAll(processes.Select(entry => loop.WaitUntilGone(entry.Pid))).WaitAsync(limit, time, hurry);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}

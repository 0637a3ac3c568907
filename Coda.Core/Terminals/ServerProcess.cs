using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Terminals;

/// <summary>What the server does to itself for the sake of the terminals it runs.</summary>
public static class ServerProcess
{
    /// <summary>The user whose rights this process has, and so every program in its terminals.</summary>
    public static uint UserId { get; } = Libc.geteuid();

    /// <summary>
    /// Keeps programs of the same user from reading this process's environment and memory (prctl(2), PR_SET_DUMPABLE):
    /// a terminal must learn nothing from <c>/proc/$PPID/environ</c>.
    /// </summary>
    /// <exception cref="StartupException">The kernel refuses.</exception>
    public static void ForbidInspection()
    {
        if (Libc.prctl(Libc.PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        {
            throw new StartupException(
                $"The server cannot hide its environment from the terminals it runs (prctl PR_SET_DUMPABLE: {Marshal.GetLastPInvokeErrorMessage()}).");
        }
    }
}

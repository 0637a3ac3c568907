using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Terminals;

/// <summary>What the server does to itself for the sake of the terminals it runs.</summary>
public static class ServerProcess
{
    // The server holds about 300 when it has started, and a terminal about 5.
    private const ulong FewestDescriptors = 512;

    /// <summary>The user whose rights this process has, and so every program in its terminals.</summary>
    public static uint UserId { get; } = Libc.geteuid();

    /// <summary>
    /// Whether the process may open enough files (getrlimit(2), RLIMIT_NOFILE; .NET has raised the soft limit to the hard one). If not, it says
    /// so by system calls alone: with too few, the runtime can load no more assemblies, not even the console's.
    /// </summary>
    public static unsafe bool HasDescriptors()
    {
        var limits = stackalloc ulong[2];
        if (Libc.getrlimit(Libc.RLIMIT_NOFILE, limits) != 0 || limits[0] >= FewestDescriptors)
        {
            return true;
        }

        var text = "CoDA cannot start: it may open fewer than 512 files. Raise the limit, for instance with 'ulimit -n 4096', and start it again.\n"u8;
        fixed (byte* start = text)
        {
            _ = Libc.write(2, start, (nuint)text.Length);
        }

        return false;
    }

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

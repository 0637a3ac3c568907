using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Server;

/// <summary>What the server does to itself for the sake of the terminals it runs.</summary>
public static class ServerProcess
{
    // The server holds about 320 when it has started, and a terminal or task up to 8.
    private const long AtRest = 400, PerTerminal = 8;
    private const long Fewest = 640;

    /// <summary>The user whose rights this process has, and so every program in its terminals.</summary>
    public static uint UserId { get; } = Libc.geteuid();

    // getrlimit(2), RLIMIT_NOFILE; .NET has raised the soft limit to the hard one.
    private static unsafe long Descriptors
    {
        get
        {
            var limits = stackalloc ulong[2];
            return Libc.getrlimit(Libc.RLIMIT_NOFILE, limits) == 0 ? (long)Math.Min(limits[0], int.MaxValue) : int.MaxValue;
        }
    }

    /// <summary>
    /// Whether the process may open enough files. If not, it says so by system calls alone: with too few, the runtime can load no more
    /// assemblies, not even the console's.
    /// </summary>
    public static unsafe bool HasDescriptors()
    {
        if (Descriptors >= Fewest)
        {
            return true;
        }

        var text = "CoDA cannot start: it may open fewer than 640 files. "u8
            + "Raise the limit, for instance with 'ulimit -n 4096', and start it again.\n"u8;
        fixed (byte* start = text)
        {
            _ = Libc.write(2, start, (nuint)text.Length);
        }

        return false;
    }

    /// <summary>
    /// How many descriptors connections may take together. Without any left the runtime cannot start a thread, and aborts the process; so
    /// clients that only connect must not be able to take them all.
    /// </summary>
    /// <param name="terminals">How many terminals and tasks there may be.</param>
    /// <exception cref="StartupException">So many terminals leave none.</exception>
    public static long DescriptorsForConnections(int terminals)
    {
        const long FewestConnections = 64;
        var left = Descriptors - AtRest - (PerTerminal * terminals);
        return left >= FewestConnections
            ? left
            : throw new StartupException(
                $"CoDA may open {Descriptors} files, too few for {terminals} terminals and tasks. "
                + "Raise the limit, for instance with 'ulimit -n "
                + $"{AtRest + (PerTerminal * terminals) + 1024}', or lower MAX_CONCURRENT_SESSIONS and CODA_MAX_CONCURRENT.");
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
                "The server cannot hide its environment from the terminals it runs "
                + $"(prctl PR_SET_DUMPABLE: {Marshal.GetLastPInvokeErrorMessage()}).");
        }
    }
}

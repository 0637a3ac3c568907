using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Coda.Core.Native;

namespace Coda.Core.Terminals.Pty;

/// <summary>One line of the process table (proc_pid_stat(5)).</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Group">Process group.</param>
/// <param name="Session">Session.</param>
/// <param name="StartTicks">Start, in clock ticks since boot: with pid and boot id it names a process for ever.</param>
/// <param name="State">R, S, D, Z, T, …</param>
internal readonly record struct ProcessEntry(int Pid, int Group, int Session, long StartTicks, char State)
{
    /// <summary>Dead, not reaped.</summary>
    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Waits for something, and can be woken.</summary>
    public bool IsSleeping => State == 'S';

    /// <summary>Stopped, as by Ctrl-Z.</summary>
    public bool IsStopped => State == 'T';
}

/// <summary>Finds and signals processes that need not be children of ours.</summary>
internal static class ProcessTable
{
    /// <summary>Names the current boot of the machine.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>What is known of a process, or null when there is none.</summary>
    public static ProcessEntry? Find(int pid)
    {
        // starttime is field 22.
        return Fields(pid) is { } fields
            ? new ProcessEntry(
                pid, Number(fields[2]), Number(fields[3]), long.Parse(fields[19], CultureInfo.InvariantCulture), fields[0][0])
            : null;
    }

    /// <summary>The process group that the keys of a process's terminal go to; 0 or less when there is none.</summary>
    public static int ForegroundGroup(int pid) => Fields(pid) is { } fields ? Number(fields[5]) : 0;

    /// <summary>Where a process works; null when it is gone, or another user's.</summary>
    public static string? WorkingDirectory(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName; // proc_pid_cwd(5)
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a process controls jobs, as an interactive shell does: such a one ignores SIGTTOU (tcsetpgrp(3)), and no shell ignores
    /// SIGPIPE, as tmux does.
    /// </summary>
    public static bool ControlsJobs(int pid)
    {
        try
        {
            const string Ignored = "SigIgn:\t"; // proc_pid_status(5): hexadecimal, the lowest bit is signal 1
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal));
            var ignored = line is null ? 0 : ulong.Parse(line.AsSpan(Ignored.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (ignored & (Bit(Libc.SIGTTOU) | Bit(Libc.SIGPIPE))) == Bit(Libc.SIGTTOU);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or another user's
        }

        static ulong Bit(int signal) => 1UL << (signal - 1);
    }

    /// <summary>Whether there was such a process group, and it has no process left.</summary>
    public static bool IsEmptyGroup(int group) => group > 1 && Libc.kill(-group, 0) < 0 && Marshal.GetLastPInvokeError() == Libc.ESRCH;

    /// <summary>The living processes of a session.</summary>
    public static List<ProcessEntry> OfSession(int session) =>
        [.. All().Where(entry => entry.Session == session && !entry.IsZombie)];

    /// <summary>The living processes of our user whose environment at start held <c>NAME=value</c>, other than ourselves.</summary>
    public static List<ProcessEntry> WithEnvironment(string name, string value)
    {
        var wanted = Encoding.UTF8.GetBytes($"{name}={value}");
        return [.. All().Where(entry => !entry.IsZombie && entry.Pid != Environment.ProcessId && HasVariable(entry.Pid, wanted))];
    }

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    public static void Signal(int pid, int signal) => _ = Libc.kill(pid, signal);

    /// <summary>Sends a signal to a whole group.</summary>
    public static void SignalGroup(int group, int signal)
    {
        // kill(2): 0 and -1 mean ourselves and everybody.
        if (group > 1)
        {
            _ = Libc.kill(-group, signal);
        }
    }

    private static IEnumerable<ProcessEntry> All() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(directory)
        where char.IsAsciiDigit(name[0])
        let entry = Find(Number(name))
        where entry is not null
        select entry.Value;

    /// <summary>What <c>/proc/PID/stat</c> says, from the state on; null when there is no such process.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            // pid (comm) state ppid pgrp session tty tpgid …: comm may hold anything, the last ')' ends it.
            var line = File.ReadAllText($"/proc/{pid}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool HasVariable(int pid, ReadOnlySpan<byte> wanted)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes($"/proc/{pid}/environ");
            foreach (var range in environment.Split((byte)0))
            {
                if (environment[range].SequenceEqual(wanted))
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just gone.
        }

        return false;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

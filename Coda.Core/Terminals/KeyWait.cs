using System.Globalization;
using System.Runtime.InteropServices;
using Coda.Core.Terminals.Pty;

namespace Coda.Core.Terminals;

/// <summary>
/// Whether a terminal's foreground programs wait for a key, as far as the kernel tells: one is blocked in read(2) on its terminal
/// (<c>/proc/PID/syscall</c>, proc_pid_syscall(5)), or all sleep while the terminal hands keys on one by one or without showing them. Where
/// the kernel tells neither, the answer is no.
/// </summary>
internal static class KeyWait
{
    private const string TtyRead = "n_tty_read";

    // read(2), by architecture (syscalls(2)); on others only wchan tells.
    private static readonly string Read = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "0",
        Architecture.Arm64 => "63",
        _ => "none",
    };

    /// <summary>Looks now.</summary>
    /// <param name="tty">The terminal, such as <c>/dev/pts/3</c>.</param>
    /// <param name="leader">The leader of its session; 0 = none.</param>
    public static bool IsOn(string tty, int leader)
    {
        var foreground = leader == 0 ? 0 : ProcessTable.ForegroundGroup(leader);
        if (foreground <= 1)
        {
            return false;
        }

        var group = ProcessTable.OfSession(leader).Where(entry => entry.Group == foreground).ToList();
        return group.Any(entry => ReadsTerminal(entry.Pid, tty))
            || (group.Count > 0 && !PtyPair.IsCooked(tty) && group.All(entry => entry.IsSleeping));
    }

    private static bool ReadsTerminal(int pid, string tty) => Threads(pid).Any(thread =>
        ReadFile($"{thread}/wchan") == TtyRead
        || (ReadFile($"{thread}/syscall").Split(' ') is [var call, var descriptor, ..]
            && call == Read
            && int.TryParse(descriptor.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)
            && new FileInfo($"/proc/{pid}/fd/{number}").LinkTarget is { } target
            && (target == tty || target == "/dev/tty")));

    private static string[] Threads(int pid)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{pid}/task");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // gone, or not for us to see
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

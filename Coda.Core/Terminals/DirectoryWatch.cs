using Coda.Core.Terminals.Pty;

namespace Coda.Core.Terminals;

/// <summary>
/// Where the user's shell works, so that it can be started there again: as of a second after it last wrote something, and of when a line
/// was last sent to it, which may be the one that ends it.
/// </summary>
internal sealed class DirectoryWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Func<int> leader;
    private readonly Action moved;
    private readonly Coalescer looks;
    private readonly bool isShell;
    private volatile string directory;

    /// <summary>Has not looked yet.</summary>
    /// <param name="launch">What runs; of what is no shell the directory is where it began.</param>
    /// <param name="leader">The shell's process; 0 = not yet.</param>
    /// <param name="moved">Is called, on any thread, when it is elsewhere.</param>
    /// <param name="time">The clock.</param>
    public DirectoryWatch(TerminalLaunch launch, Func<int> leader, Action moved, TimeProvider time)
    {
        (this.leader, this.moved) = (leader, moved);
        (isShell, directory) = (launch.IsShell, launch.Command.WorkingDirectory);
        looks = new Coalescer(Interval, LookAsync, _ => Task.CompletedTask, time, CancellationToken.None);
    }

    /// <summary>Where it was seen last.</summary>
    public string Directory => directory;

    /// <summary>It wrote something: it may have gone elsewhere.</summary>
    public void Wrote()
    {
        if (isShell)
        {
            looks.Signal();
        }
    }

    /// <summary>It is about to get these keys: what they end is looked at before.</summary>
    public void Types(ReadOnlySpan<byte> keys)
    {
        const byte EndOfFile = 4; // Ctrl-D
        if (keys.IndexOfAny((byte)'\r', (byte)'\n', EndOfFile) >= 0)
        {
            Look();
        }
    }

    /// <summary>Looks now.</summary>
    public void Look()
    {
        if (isShell && leader() is > 0 and var pid && ProcessTable.WorkingDirectory(pid) is { } now && now != directory)
        {
            directory = now;
            moved();
        }
    }

    private Task LookAsync()
    {
        Look();
        return Task.CompletedTask;
    }
}

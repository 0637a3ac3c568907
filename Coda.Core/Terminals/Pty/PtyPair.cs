using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Terminals.Pty;

/// <summary>
/// A PTY whose master end is read into a pipe by the event loop. It holds a slave descriptor of its own, so that the terminal
/// survives between the programs that run on it one after another.
/// </summary>
internal sealed class PtyPair : IDisposable
{
    // A Ctrl-C has to wait for what is in the pipe: kept well below the window of a page.
    private const int PauseAt = 64 * 1024;
    private const int ReadSize = 32 * 1024;

    private readonly EventLoop loop;
    private readonly EventLoop.Registration registration;
    private readonly Pipe pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseAt, resumeWriterThreshold: PauseAt / 2, minimumSegmentSize: ReadSize, useSynchronizationContext: false));

    private readonly Lock gate = new();
    private readonly byte[] initialTermios = new byte[Libc.TermiosSize];
    private readonly int master;
    private int slave;
    private bool readable = true; // the pipe has room
    private bool finishing;
    private bool finished;
    private bool disposed;
    private TaskCompletionSource? writable;
    private long received; // bytes, in all
    private TaskCompletionSource<long>? settled;

    private PtyPair(EventLoop loop, int master, int slave, string slavePath)
    {
        this.loop = loop;
        this.master = master;
        this.slave = slave;
        SlavePath = slavePath;
        SaveTermios();
        lock (gate)
        {
            registration = loop.Watch(master, Libc.EPOLLIN, (_, events) => OnReady(events));
        }
    }

    /// <summary>What the programs on it see as their terminal, such as <c>/dev/pts/3</c>.</summary>
    public string SlavePath { get; }

    /// <summary>The process group that keys go to (tcgetpgrp(3)); 0 when there is none.</summary>
    public unsafe int ForegroundGroup
    {
        get
        {
            var group = 0;
            lock (gate)
            {
                _ = disposed ? 0 : Libc.ioctl(master, Libc.TIOCGPGRP, &group);
            }

            return group;
        }
    }

    /// <summary>Whether programs have written more than the first so many bytes.</summary>
    public unsafe bool HasMoreThan(long bytes)
    {
        lock (gate)
        {
            // poll(2), not FIONREAD: it waits for what the kernel has not moved to this end yet.
            var entry = new Libc.PollEntry { Fd = master, Events = Libc.POLLIN };
            return received > bytes || (!disposed && Libc.poll(&entry, 1, timeoutMilliseconds: 0) > 0);
        }
    }

    /// <summary>The bytes the programs write; completes after <see cref="Finish"/> when the last one is read.</summary>
    public PipeReader Output => pipe.Reader;

    /// <summary>
    /// Whether a terminal's line discipline collects lines and shows what is typed (termios(3), ICANON and ECHO), as at the start; also
    /// when it cannot be asked.
    /// </summary>
    /// <param name="tty">The terminal, such as <c>/dev/pts/3</c>.</param>
    public static unsafe bool IsCooked(string tty)
    {
        const uint Icanon = 0x2, Echo = 0x8;
        const int LocalModes = 3; // after the input, output and control modes, four bytes each
        var fd = Libc.open(tty, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (fd < 0)
        {
            return true;
        }

        var termios = stackalloc byte[Libc.TermiosSize];
        var known = Libc.tcgetattr(fd, termios) == 0;
        _ = Libc.close(fd);
        return !known || (((uint*)termios)[LocalModes] & (Icanon | Echo)) == (Icanon | Echo);
    }

    /// <summary>Opens a PTY of that size.</summary>
    /// <exception cref="PtyException">None can be had.</exception>
    public static unsafe PtyPair Open(EventLoop loop, TerminalSize size)
    {
        var master = EventLoop.Check(Libc.posix_openpt(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK), "posix_openpt");
        try
        {
            EventLoop.Check(Libc.grantpt(master), "grantpt");
            EventLoop.Check(Libc.unlockpt(master), "unlockpt");
            var name = stackalloc byte[64];
            if (Libc.ptsname_r(master, name, 64) != 0)
            {
                throw new PtyException("ptsname_r failed.");
            }

            SetSize(master, size);
            var path = Marshal.PtrToStringUTF8((nint)name)!;
            var slave = EventLoop.Check(Libc.open(path, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK), $"open {path}");
            try
            {
                return new PtyPair(loop, master, slave, path);
            }
            catch
            {
                _ = Libc.close(slave);
                throw;
            }
        }
        catch
        {
            _ = Libc.close(master);
            throw;
        }
    }

    /// <summary>Tells the programs a new size (they get SIGWINCH when it differs).</summary>
    public void Resize(TerminalSize size)
    {
        lock (gate)
        {
            if (!disposed)
            {
                SetSize(master, size);
            }
        }
    }

    /// <summary>Undoes what a program did to the line discipline, for the next program.</summary>
    public unsafe void ResetTermios()
    {
        lock (gate)
        {
            fixed (byte* termios = initialTermios)
            {
                _ = slave >= 0 ? Libc.tcsetattr(slave, Libc.TCSANOW, termios) : 0;
            }
        }
    }

    /// <summary>Writes a short text as a program would; what the terminal has no room for is dropped, never waited for.</summary>
    public unsafe void Print(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        lock (gate)
        {
            fixed (byte* start = bytes)
            {
                _ = slave >= 0 && bytes.Length > 0 ? Libc.write(slave, start, (nuint)bytes.Length) : 0;
            }
        }
    }

    /// <summary>Types bytes; waits while the terminal's input queue is full. False when the PTY is closed.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            Task room;
            lock (gate)
            {
                if (disposed)
                {
                    return false;
                }

                var written = WriteSome(bytes.Span);
                if (written > 0)
                {
                    bytes = bytes[written..];
                    continue;
                }

                if (written < 0)
                {
                    return false;
                }

                writable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = writable.Task;
                Arm();
            }

            await room.WaitAsync(cancellation);
        }

        return true;
    }

    /// <summary>Completes when all that programs have written so far is read, with the number of bytes read in all.</summary>
    public Task<long> SettleAsync()
    {
        lock (gate)
        {
            if (finished || disposed)
            {
                return Task.FromResult(received);
            }

            settled ??= new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            PostRead();
            return settled.Task;
        }
    }

    /// <summary>No program will write after this: what the kernel still holds is read, then <see cref="Output"/> completes.</summary>
    public void Finish() => loop.Post(() =>
    {
        lock (gate)
        {
            finishing = true;
            CloseSlave();
            if (readable)
            {
                ReadSome();
            }
        }
    });

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            registration.Dispose();
            CloseSlave();
            _ = Libc.close(master);
            writable?.TrySetResult();
            settled?.TrySetResult(received);
            if (!finished)
            {
                finished = true;
                pipe.Writer.Complete();
            }
        }
    }

    private static unsafe void SetSize(int fd, TerminalSize size)
    {
        // struct winsize (ioctl_tty(2)): rows, columns, and two pixel sizes that nothing uses.
        var winsize = stackalloc ushort[4] { (ushort)size.Rows, (ushort)size.Columns, 0, 0 };
        _ = Libc.ioctl(fd, Libc.TIOCSWINSZ, winsize);
    }

    private unsafe void SaveTermios()
    {
        const uint Iutf8 = 0x4000; // erase whole characters, not bytes, in canonical mode (termios(3))
        fixed (byte* termios = initialTermios)
        {
            EventLoop.Check(Libc.tcgetattr(slave, termios), "tcgetattr");
            *(uint*)termios |= Iutf8;
            EventLoop.Check(Libc.tcsetattr(slave, Libc.TCSANOW, termios), "tcsetattr");
        }
    }

    private unsafe int WriteSome(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = Libc.write(master, start, (nuint)bytes.Length);
            return written >= 0 ? (int)written
                : Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR ? 0
                : -1;
        }
    }

    private void OnReady(uint events)
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            if ((events & (Libc.EPOLLOUT | Libc.EPOLLERR)) != 0)
            {
                writable?.TrySetResult();
                writable = null;
            }

            if (readable && (events & (Libc.EPOLLIN | Libc.EPOLLHUP)) != 0)
            {
                ReadSome();
            }
            else if (!finishing)
            {
                Arm(); // while finishing, the hang-up would be told again and again until the pipe has room
            }
        }
    }

    private unsafe void ReadSome()
    {
        if (finished || disposed)
        {
            return;
        }

        var total = 0;
        var ended = false;
        while (total < ReadSize)
        {
            var memory = pipe.Writer.GetMemory(4096);
            nint count;
            fixed (byte* start = memory.Span)
            {
                count = Libc.read(master, start, (nuint)memory.Length);
            }

            if (count <= 0)
            {
                var error = count == 0 ? Libc.EIO : Marshal.GetLastPInvokeError();
                if (error == Libc.EINTR)
                {
                    continue;
                }

                settled?.TrySetResult(received);
                settled = null;
                // EIO: every slave is closed. EAGAIN while finishing: a daemon keeps one open, but nothing is in flight.
                ended = finishing || error != Libc.EAGAIN;
                break;
            }

            pipe.Writer.Advance((int)count);
            total += (int)count;
            received += count;
        }

        if (ended)
        {
            finished = true;
            pipe.Writer.Complete();
            return;
        }

        var flush = pipe.Writer.FlushAsync();
        if (flush.IsCompleted)
        {
            _ = flush.Result;
            Continue();
            return;
        }

        readable = false;
        _ = ResumeWhenDrainedAsync(flush);
    }

    private async Task ResumeWhenDrainedAsync(ValueTask<FlushResult> flush)
    {
        await flush;
        lock (gate)
        {
            readable = true;
            Continue();
        }
    }

    private void Continue()
    {
        if (finishing || settled is not null)
        {
            PostRead(); // what the kernel has no more of, it tells only who reads
        }
        else
        {
            Arm();
        }
    }

    private void PostRead() => loop.Post(() =>
    {
        lock (gate)
        {
            if (readable)
            {
                ReadSome();
            }
        }
    });

    private void Arm()
    {
        if (!disposed && !finished)
        {
            registration.Arm((readable ? Libc.EPOLLIN : 0) | (writable is null ? 0 : Libc.EPOLLOUT));
        }
    }

    private void CloseSlave()
    {
        if (slave >= 0)
        {
            _ = Libc.close(slave);
            slave = -1;
        }
    }
}

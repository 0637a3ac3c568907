using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Terminals.Pty;

/// <summary>The one thread that waits for all PTYs and children (epoll(7)); its callbacks only move bytes or complete tasks.</summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const ulong WakeKey = 0;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int EventDataOffset = EventSize - sizeof(ulong);

    private readonly int epoll = Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
    private readonly int wake = Check(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK), "eventfd");
    private readonly ConcurrentDictionary<ulong, Registration> registrations = new();
    private readonly ConcurrentDictionary<Func<bool>, byte> polled = new();
    private readonly ConcurrentQueue<Action> posted = new();
    private readonly Thread thread;
    private readonly Action<Exception> failed;
    private long lastKey;
    private readonly Lock descriptors = new(); // held while one is used, so that none is used once it is closed
    private bool closed;
    private volatile bool stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="failed">Called when a callback fails; the loop continues, because all others depend on it.</param>
    public EventLoop(Action<Exception>? failed = null)
    {
        this.failed = failed ?? (_ => { });
        Control(Libc.EPOLL_CTL_ADD, wake, Libc.EPOLLIN, WakeKey);
        thread = new Thread(Run) { IsBackground = true, Name = "pty-epoll" };
        thread.Start();
    }

    /// <summary>Makes pidfd_open fail as it does in some containers.</summary>
    internal bool RefusePidfd { get; init; }

    /// <summary>
    /// Watches a descriptor, one shot at a time; the callback runs on the loop's thread, perhaps before this returns. A hang-up or an error
    /// is told even where no event was asked for.
    /// </summary>
    public Registration Watch(int fd, uint events, Action<Registration, uint> callback)
    {
        var registration = new Registration(this, fd, (ulong)Interlocked.Increment(ref lastKey), callback);
        registrations[registration.Key] = registration;
        Control(Libc.EPOLL_CTL_ADD, fd, events | Libc.EPOLLONESHOT, registration.Key);
        return registration;
    }

    /// <summary>Completes with the exit code of a child of ours (a signal is 128 + its number), reaping it.</summary>
    public Task<int> WaitForExit(int pid)
    {
        var exited = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenGone(pid, () =>
        {
            var code = TryReap(pid);
            return code is not null && exited.TrySetResult(code.Value);
        });
        return exited.Task;
    }

    /// <summary>Completes when a process that need not be our child is dead.</summary>
    public Task WaitUntilGone(int pid)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenGone(pid, () => ProcessTable.Find(pid) is not { IsZombie: false } && gone.TrySetResult());
        return gone.Task;
    }

    /// <summary>Runs something on the loop's thread.</summary>
    public void Post(Action action)
    {
        posted.Enqueue(action);
        Wake();
    }

    public void Dispose()
    {
        if (stopping)
        {
            return;
        }

        stopping = true;
        Wake();
        thread.Join();
        lock (descriptors)
        {
            closed = true;
            _ = Libc.close(epoll);
            _ = Libc.close(wake);
        }
    }

    internal static int Check(int result, string call) => result >= 0
        ? result
        : throw new PtyException($"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>Asks <paramref name="isDone"/> whenever the process may have died, until it says yes.</summary>
    private void WhenGone(int pid, Func<bool> isDone)
    {
        var pidfd = RefusePidfd ? -1 : Libc.pidfd_open(pid);
        if (pidfd < 0)
        {
            polled[isDone] = 0;
            Wake();
            return;
        }

        Watch(pidfd, Libc.EPOLLIN, (registration, ready) =>
        {
            if (!isDone())
            {
                registration.Arm(Libc.EPOLLIN);
                return;
            }

            registration.Dispose();
            _ = Libc.close(pidfd);
        });
    }

    private static int? TryReap(int pid)
    {
        int status;
        int reaped;
        do
        {
            reaped = Libc.waitpid(pid, &status, Libc.WNOHANG);
        }
        while (reaped < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);

        return reaped switch
        {
            0 => null,
            < 0 => -1, // reaped elsewhere: gone, code unknown
            _ => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
        };
    }

    private void Run()
    {
        const int Batch = 64;
        var events = stackalloc byte[16 * Batch];
        while (!stopping)
        {
            // Processes without a pidfd are asked for their end at this interval, and only while there are any.
            var count = Libc.epoll_wait(epoll, events, Batch, polled.IsEmpty ? -1 : 20);
            for (var i = 0; i < count; i++)
            {
                var raw = events + (i * EventSize);
                var key = Unaligned<ulong>(raw + EventDataOffset);
                if (key == WakeKey)
                {
                    ulong drained;
                    _ = Libc.read(wake, (byte*)&drained, sizeof(ulong));
                }
                else if (registrations.TryGetValue(key, out var registration))
                {
                    try
                    {
                        registration.Callback(registration, Unaligned<uint>(raw));
                    }
                    catch (Exception e)
                    {
                        failed(e);
                    }
                }
            }

            while (posted.TryDequeue(out var action))
            {
                Guard(action);
            }

            foreach (var (isDone, _) in polled)
            {
                Guard(() => _ = isDone() && polled.TryRemove(isDone, out byte _));
            }
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    private static T Unaligned<T>(byte* at)
        where T : unmanaged => System.Runtime.CompilerServices.Unsafe.ReadUnaligned<T>(at);

    private void Wake()
    {
        ulong one = 1;
        lock (descriptors)
        {
            _ = closed ? 0 : Libc.write(wake, (byte*)&one, sizeof(ulong));
        }
    }

    private void Control(int operation, int fd, uint events, ulong key)
    {
        var raw = stackalloc byte[16];
        System.Runtime.CompilerServices.Unsafe.WriteUnaligned(raw, events);
        System.Runtime.CompilerServices.Unsafe.WriteUnaligned(raw + EventDataOffset, key);
        lock (descriptors)
        {
            if (!closed)
            {
                Check(Libc.epoll_ctl(epoll, operation, fd, raw), "epoll_ctl");
            }
            else if (operation == Libc.EPOLL_CTL_ADD)
            {
                throw new PtyException("The server stops.");
            }
        }
    }

    /// <summary>One watched descriptor. Dispose before closing the descriptor.</summary>
    internal sealed class Registration(EventLoop loop, int fd, ulong key, Action<Registration, uint> callback) : IDisposable
    {
        public ulong Key => key;

        public Action<Registration, uint> Callback => callback;

        /// <summary>Asks for the next event; whatever was asked before is replaced.</summary>
        public void Arm(uint events)
        {
            if (loop.registrations.ContainsKey(key))
            {
                loop.Control(Libc.EPOLL_CTL_MOD, fd, events | Libc.EPOLLONESHOT, key);
            }
        }

        public void Dispose()
        {
            if (loop.registrations.TryRemove(key, out _))
            {
                loop.Control(Libc.EPOLL_CTL_DEL, fd, 0, key);
            }
        }
    }
}

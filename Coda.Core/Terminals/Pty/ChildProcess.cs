using System.Runtime.InteropServices;
using Coda.Core.Native;

namespace Coda.Core.Terminals.Pty;

/// <summary>A program started as leader of a session of its own, with a PTY as its controlling terminal.</summary>
/// <param name="Pid">Process, session and group id.</param>
/// <param name="Exited">Completes with its exit code; a signal is 128 + its number.</param>
internal sealed unsafe record ChildProcess(int Pid, Task<int> Exited)
{
    /// <summary>Starts a program; no managed code runs between fork and exec.</summary>
    /// <param name="loop">Watches for its end.</param>
    /// <param name="slavePath">Its terminal.</param>
    /// <param name="executable">Absolute path.</param>
    /// <param name="arguments">The argument vector.</param>
    /// <param name="directory">Where it starts.</param>
    /// <param name="environment">The whole environment.</param>
    /// <param name="standardInput">A file that becomes standard input; null = the terminal.</param>
    /// <exception cref="PtyException">It cannot be started; the message names what is missing.</exception>
    public static ChildProcess Start(
        EventLoop loop, string slavePath, string executable, IReadOnlyList<string> arguments, string directory,
        IReadOnlyDictionary<string, string> environment, string? standardInput = null)
    {
        var attributes = stackalloc byte[Libc.SpawnAttributesSize];
        var actions = stackalloc byte[Libc.SpawnActionsSize];
        var signals = stackalloc byte[Libc.SignalSetSize];
        byte** argv = null, envp = null;
        var path = Marshal.StringToCoTaskMemUTF8(executable);
        _ = Libc.posix_spawnattr_init(attributes);
        _ = Libc.posix_spawn_file_actions_init(actions);
        try
        {
            // .NET ignores SIGPIPE and blocks some signals in some threads; a program expects neither.
            _ = Libc.sigfillset(signals);
            _ = Libc.posix_spawnattr_setsigdefault(attributes, signals);
            _ = Libc.sigemptyset(signals);
            _ = Libc.posix_spawnattr_setsigmask(attributes, signals);
            _ = Libc.posix_spawnattr_setflags(
                attributes, Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGDEF | Libc.POSIX_SPAWN_SETSIGMASK);

            // The first terminal a session leader opens becomes its controlling terminal.
            _ = Libc.posix_spawn_file_actions_addopen(actions, 0, slavePath, Libc.O_RDWR, 0);
            _ = Libc.posix_spawn_file_actions_adddup2(actions, 0, 1);
            _ = Libc.posix_spawn_file_actions_adddup2(actions, 0, 2);
            if (standardInput is { } input)
            {
                _ = Libc.posix_spawn_file_actions_addopen(actions, 0, input, Libc.O_RDONLY, 0);
            }

            _ = Libc.posix_spawn_file_actions_addclosefrom_np(actions, 3);
            _ = Libc.posix_spawn_file_actions_addchdir_np(actions, directory);

            argv = ToVector(arguments);
            envp = ToVector([.. environment.Select(pair => $"{pair.Key}={pair.Value}")]);
            int pid;
            var error = Libc.posix_spawn(&pid, (byte*)path, actions, attributes, argv, envp);
            return error == 0
                ? new ChildProcess(pid, loop.WaitForExit(pid))
                : throw new PtyException(
                    $"'{executable}' cannot be started in {directory}: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            FreeVector(argv);
            FreeVector(envp);
            Marshal.FreeCoTaskMem(path);
        }
    }

    private static byte** ToVector(IReadOnlyList<string> texts)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return vector;
    }

    private static void FreeVector(byte** vector)
    {
        for (var text = vector; text is not null && *text is not null; text++)
        {
            Marshal.FreeCoTaskMem((nint)(*text));
        }

        NativeMemory.Free(vector);
    }
}

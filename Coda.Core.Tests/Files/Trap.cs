using System.Diagnostics;
using System.Net.Sockets;

namespace Coda.Core.Tests.Files;

/// <summary>What others may put where a plain file is expected.</summary>
public enum Trap
{
    /// <summary>Opening one waits for a writer.</summary>
    Pipe,

    /// <summary>A link to a file elsewhere, which is not theirs to have read.</summary>
    Link,

    /// <summary>A link to <c>/dev/zero</c>: endless.</summary>
    Endless,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A Unix socket.</summary>
    Socket,

    /// <summary>A terabyte of nothing.</summary>
    Huge,

    /// <summary>The directory that holds it is a link to one elsewhere, where a file of that name is.</summary>
    LinkedParent,

    /// <summary>A plain file that a program holds by a lease (fcntl, F_SETLEASE): opening it waits for the program.</summary>
    Held,
}

/// <summary>Sets them.</summary>
internal static class Traps
{
    public const string Secret = """{"status":"completed","summary":"SECRET","prompt":"SECRET","context":"","step":"SECRET"}""" + "\n";

    /// <summary>Sets one in the place of whatever is there; what it needs is removed at the end.</summary>
    public static IDisposable Set(this Trap trap, string path)
    {
        var elsewhere = Directory.CreateTempSubdirectory("coda-elsewhere-").FullName;
        var secret = Path.Combine(elsewhere, Path.GetFileName(path));
        File.WriteAllText(secret, Secret);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
        IDisposable? held = null;
        switch (trap)
        {
            case Trap.Pipe:
                using (var made = Process.Start("mkfifo", path))
                {
                    made.WaitForExit();
                }

                break;
            case Trap.Link:
                File.CreateSymbolicLink(path, secret);
                break;
            case Trap.Endless:
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case Trap.Directory:
                Directory.CreateDirectory(path);
                break;
            case Trap.Socket:
                // The path of a socket has at most 107 bytes.
                using (var made = Process.Start(new ProcessStartInfo(
                    "python3", ["-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", Path.GetFileName(path)])
                {
                    WorkingDirectory = Path.GetDirectoryName(path),
                })!)
                {
                    made.WaitForExit();
                    Assert.Equal(0, made.ExitCode);
                }

                break;
            case Trap.Huge:
                using (var made = File.Create(path))
                {
                    made.SetLength(1L << 40);
                }

                break;
            case Trap.LinkedParent:
                Directory.Move(Path.GetDirectoryName(path)!, Path.Combine(elsewhere, "before"));
                Directory.CreateSymbolicLink(Path.GetDirectoryName(path)!, elsewhere);
                break;
            case Trap.Held:
                held = new Lease(path);
                break;
        }

        return new Removal(elsewhere, held);
    }

    private sealed class Removal(string directory, IDisposable? held) : IDisposable
    {
        public void Dispose()
        {
            held?.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed class Lease : IDisposable
    {
        private readonly Process holder;

        public Lease(string path)
        {
            File.WriteAllText(path, Secret);
            const string Hold = "import fcntl,signal,sys; signal.signal(signal.SIGIO, signal.SIG_IGN); f=open(sys.argv[1],'r+'); "
                + "fcntl.fcntl(f,fcntl.F_SETLEASE,fcntl.F_WRLCK); print('held',flush=True); sys.stdin.read()";
            holder = Process.Start(
                new ProcessStartInfo("python3", ["-c", Hold, path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            Assert.Equal("held", holder.StandardOutput.ReadLine());
        }

        public void Dispose()
        {
            holder.StandardInput.Close();
            holder.WaitForExit();
            holder.Dispose();
        }
    }
}

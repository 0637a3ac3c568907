using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Coda.Core.Security;
using Coda.Core.Native;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Server;

/// <summary>
/// The server's first act. What a process was started with stays in <c>/proc/self/environ</c>, whatever it does to its variables, and .NET
/// opens its diagnostics socket, through which a program of the same user reads the environment and runs code in the process, before any
/// code of ours runs. So the server executes itself again, under the same pid: without diagnostics, and with its secrets in a sealed memfd.
/// </summary>
public static partial class CleanStart
{
    /// <summary>Tells the second image which descriptor holds the secrets, in the form of <c>/proc/self/environ</c>.</summary>
    private const string DescriptorVariable = "CODA_SECRETS_FD";

    private const string DiagnosticsVariable = "DOTNET_EnableDiagnostics";
    private const int AllSeals = Libc.F_SEAL_SEAL | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_WRITE;

    /// <summary>Whether .NET's diagnostics are open to programs of the same user.</summary>
    public static bool DiagnosticsAreOpen => Environment.GetEnvironmentVariable(DiagnosticsVariable) != "0";

    /// <summary>
    /// Returns in an image that was started clean, with the secrets among its variables again; executes the program again in any other.
    /// </summary>
    /// <param name="allowDiagnostics">Asked when the image is not clean; true keeps it as it is.</param>
    /// <exception cref="StartupException">The kernel refuses.</exception>
    public static void Ensure(Func<bool> allowDiagnostics)
    {
        ArgumentNullException.ThrowIfNull(allowDiagnostics);
        try
        {
            var environment = StartEnvironment.OfThisProcess();
            if (environment.Find(DescriptorVariable) is { } descriptor)
            {
                Take(int.TryParse(descriptor, out var number) ? number : -1);
            }
            else if (!environment.IsClean && !allowDiagnostics())
            {
                Execute(environment);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The server cannot hide its secrets from the programs it runs: {e.Message} "
                + "Diagnostics__Allow=true starts it without hiding them.");
        }
    }

    private static void Take(int descriptor)
    {
        if (Libc.fcntl(descriptor, Libc.F_GET_SEALS, 0) != AllSeals)
        {
            throw new IOException($"{DescriptorVariable} names no sealed memory; it is not for setting.");
        }

        using (var handle = new SafeFileHandle(descriptor, ownsHandle: true))
        {
            var bytes = new byte[RandomAccess.GetLength(handle)];
            RandomAccess.Read(handle, bytes, 0);
            foreach (var variable in StartEnvironment.Parse(bytes).Variables)
            {
                // In .NET's own table, which the kernel does not see.
                Environment.SetEnvironmentVariable(variable.Name, variable.Value);
            }
        }

        Environment.SetEnvironmentVariable(DescriptorVariable, null);
        Name(Environment.ProcessPath ?? "coda");
    }

    private static unsafe void Execute(StartEnvironment environment)
    {
        var arguments = StartEnvironment.Split(File.ReadAllBytes("/proc/self/cmdline"));
        List<byte[]> variables = [.. environment.Clean, Encoding.UTF8.GetBytes($"{DiagnosticsVariable}=0")];
        var descriptor = Seal(environment.Secrets);
        variables.Add(Encoding.UTF8.GetBytes($"{DescriptorVariable}={descriptor}"));
        RemoveDiagnosticsFiles();
        // Not the path it leads to: that may be another program's by now.
        _ = Libc.execve("/proc/self/exe", Vector(arguments), Vector(variables));
        throw new IOException($"execve: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static int Seal(IEnumerable<byte[]> variables)
    {
        // Without MFD_CLOEXEC: the next image is the one to read it.
        var descriptor = Libc.memfd_create("coda-secrets", Libc.MFD_ALLOW_SEALING);
        if (descriptor < 0)
        {
            throw new IOException($"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        RandomAccess.Write(handle, variables.SelectMany(variable => variable.Append((byte)0)).ToArray(), 0);
        return Libc.fcntl(descriptor, Libc.F_ADD_SEALS, AllSeals) == 0
            ? descriptor
            : throw new IOException($"F_ADD_SEALS: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>The runtime removes its sockets and pipes when it ends; this one is replaced.</summary>
    private static void RemoveDiagnosticsFiles()
    {
        var own = new Regex($"^(dotnet-diagnostic|clr-debug-pipe)-{Environment.ProcessId}-");
        foreach (var path in Directory.EnumerateFiles(Path.GetTempPath()).Where(path => own.IsMatch(Path.GetFileName(path))))
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, left by a process that had this pid.
            }
        }
    }

    private static unsafe byte** Vector(IReadOnlyList<byte[]> texts)
    {
        // Never freed: the next image has memory of its own.
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            vector[i] = (byte*)NativeMemory.AllocZeroed((nuint)texts[i].Length + 1);
            texts[i].CopyTo(new Span<byte>(vector[i], texts[i].Length));
        }

        return vector;
    }

    /// <summary>What was executed by the name of /proc/self/exe is called "exe" in lists of processes.</summary>
    private static unsafe void Name(string path)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(Path.GetFileName(path) + '\0'))
        {
            _ = Libc.prctl(Libc.PR_SET_NAME, (nuint)name, 0, 0, 0);
        }
    }

    /// <summary>The variables that a process was started with, byte by byte (environ(7)).</summary>
    internal sealed partial class StartEnvironment
    {
        private readonly IReadOnlyList<byte[]> entries;

        private StartEnvironment(IReadOnlyList<byte[]> entries)
        {
            this.entries = entries;
            Variables = [.. entries.Select(Encoding.UTF8.GetString).Select(entry => entry.Split('=', 2))
                .Select(parts => (parts[0], parts.Length > 1 ? parts[1] : ""))];
        }

        public IReadOnlyList<(string Name, string Value)> Variables { get; }

        /// <summary>Whether nothing has to be hidden or left out.</summary>
        public bool IsClean =>
            Find(DiagnosticsVariable) == "0" && Variables.All(variable => !IsUnwanted(variable.Name) && !IsSecret(variable));

        /// <summary>What the clean image is started with, but for what the start itself adds.</summary>
        public IEnumerable<byte[]> Clean => entries.Where((_, i) =>
            Variables[i].Name != DiagnosticsVariable && !IsUnwanted(Variables[i].Name) && !IsSecret(Variables[i]));

        /// <summary>What must not be in <c>/proc/self/environ</c>.</summary>
        public IEnumerable<byte[]> Secrets => entries.Where((_, i) => !IsUnwanted(Variables[i].Name) && IsSecret(Variables[i]));

        public static StartEnvironment OfThisProcess() => Parse(File.ReadAllBytes("/proc/self/environ"));

        public static StartEnvironment Parse(byte[] block) => new(Split(block));

        /// <summary>Texts that end in NUL each.</summary>
        public static IReadOnlyList<byte[]> Split(byte[] block)
        {
            var texts = new List<byte[]>();
            var rest = block.AsSpan();
            for (var end = rest.IndexOf((byte)0); end >= 0; end = rest.IndexOf((byte)0))
            {
                texts.Add(rest[..end].ToArray());
                rest = rest[(end + 1)..];
            }

            return texts;
        }

        public string? Find(string name) =>
            Variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault();

        private static bool IsUnwanted(string name) => Unwanted().IsMatch(name);

        private static bool IsSecret((string Name, string Value) variable) => Credentials.LookLike(variable.Name, variable.Value);

        // What puts foreign code into a process of .NET, or opens it to one;
        // COMPlus_ and COR_ are older spellings that the runtime still takes.
        [GeneratedRegex(
            "^((DOTNET|COMPlus)_(STARTUP_HOOKS|DiagnosticPorts|DefaultDiagnosticPortSuspend)"
            + "|(CORECLR|DOTNET|COMPlus|COR)_(NOTIFICATION_)?PROFILER.*"
            + "|(CORECLR|DOTNET|COMPlus|COR)_ENABLE_(NOTIFICATION_)?(PROFILING|PROFILERS)|COMPlus_EnableDiagnostics|LD_PRELOAD|LD_AUDIT)$",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
        private static partial Regex Unwanted();
    }
}

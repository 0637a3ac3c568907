using System.Diagnostics;
using System.Text;

namespace Coda.Core.WorkingTrees;

/// <summary>The git of this machine, run so that no configuration has an effect.</summary>
internal static class GitProgram
{
    /// <summary>Characters of output that are read at most.</summary>
    public const int LongestOutput = 1024 * 1024;

    /// <summary>Whether there is one.</summary>
    public static bool IsAvailable { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(place => File.Exists(Path.Combine(place, "git")));

    /// <summary>
    /// Runs it to its end, or until it has written more than is read; its exit code and the first million characters.
    /// </summary>
    public static Task<(int Code, string Output)> RunAsync(
        string directory, Dictionary<string, string> variables, string[] arguments, CancellationToken cancellation)
    {
        return RunAsync(directory, variables, arguments, ReadAsync, cancellation);

        async Task<string> ReadAsync(StreamReader reader)
        {
            var output = new char[LongestOutput];
            return new string(output, 0, await reader.ReadBlockAsync(output, cancellation));
        }
    }

    /// <summary>The same with what it writes read as it comes; what is left unread ends it, as a success.</summary>
    public static async Task<(int Code, T Output)> RunAsync<T>(
        string directory, Dictionary<string, string> variables, string[] arguments,
        Func<StreamReader, Task<T>> read, CancellationToken cancellation)
    {
        // Nothing of the user's or the repository's configuration may run a program here
        // (filters: GitTree leaves them out) or ask a question.
        var start = new ProcessStartInfo("git", [
            "-C", directory, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false",
            "-c", "safe.directory=*", "-c", "gc.auto=0", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = "/nonexistent";
        start.Environment["GIT_TERMINAL_PROMPT"] = start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = start.Environment["GIT_NO_LAZY_FETCH"] = "1";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none"; // an object that is missing is not fetched, least of all through ext::
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var errors = git.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            var output = await read(git.StandardOutput);
            var isEnough = await git.StandardOutput.ReadAsync(new char[1], cancellation) > 0;
            if (isEnough)
            {
                git.Kill(); // more than is read
            }

            await git.WaitForExitAsync(cancellation);
            await errors;
            return (isEnough ? 0 : git.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            git.Kill(entireProcessTree: true);
            await git.WaitForExitAsync(CancellationToken.None); // it writes no more where the caller is about to tidy up
            throw;
        }
    }
}

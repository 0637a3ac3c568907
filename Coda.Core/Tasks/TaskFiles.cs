using Coda.Core.Storage;

namespace Coda.Core.Tasks;

/// <summary>The files of one task: the paths the agent is told are the paths the server reads.</summary>
internal sealed class TaskFiles(CodaHome home, string sessionId, string taskId)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Everything of the session, which has one task.</summary>
    public string SessionDirectory { get; } = Path.Combine(home.SessionsDirectory, sessionId);

    /// <summary>The task's own directory.</summary>
    public string Directory { get; } = home.TaskDirectory(sessionId, taskId);

    /// <summary>The envelope.</summary>
    public string Prompt => Path.Combine(Directory, "prompt.txt");

    /// <summary>The caller's own words.</summary>
    public string Request => Path.Combine(Directory, "request.txt");

    /// <summary>The caller's own words, where they are the program.</summary>
    public string Script => Path.Combine(Directory, "script.sh");

    /// <summary>Where the agent writes.</summary>
    public string Results => Path.Combine(Directory, "results");

    /// <summary>Progress, appended by the agent.</summary>
    public string Status => Path.Combine(Results, "status.jsonl");

    /// <summary>The outcome, written by the agent.</summary>
    public string Result => Path.Combine(Results, "result.json");

    /// <summary>Where some agents write it instead.</summary>
    public string RootResult => Path.Combine(Directory, "result.json");

    /// <summary>How the repository it works in was; only while it runs.</summary>
    public string Snapshots => Path.Combine(Directory, "snapshots");

    /// <summary>What it changed in that repository.</summary>
    public string Diff => Path.Combine(Directory, "changes.diff");

    /// <summary>Makes the directories.</summary>
    public void Create()
    {
        System.IO.Directory.CreateDirectory(SessionDirectory, OwnerOnly);
        System.IO.Directory.CreateDirectory(Results, OwnerOnly);
    }

    /// <summary>Removes everything.</summary>
    public void Remove()
    {
        if (System.IO.Directory.Exists(SessionDirectory))
        {
            System.IO.Directory.Delete(SessionDirectory, recursive: true);
        }
    }

    /// <summary>The caller's own words, or null when they are gone.</summary>
    public Task<string?> ReadRequestAsync(CancellationToken cancellation) => ReadAsync(File.Exists(Script) ? Script : Request, cancellation);

    /// <summary>What it changed, or null when nothing is known of that.</summary>
    public Task<string?> ReadDiffAsync(CancellationToken cancellation) => ReadAsync(Diff, cancellation);

    private static async Task<string?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellation) : null;
        }
        catch (IOException)
        {
            // Retention took it between the question and the answer.
            return null;
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using Coda.Core.Storage;
using Coda.Core.Workspaces;

namespace Coda.Core.Tasks;

/// <summary>The files of one task: the paths the agent is told are the paths the server reads.</summary>
internal sealed class TaskFiles(CodaHome home, string sessionId, string taskId)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    /// <summary>Everything of the session, which has one task.</summary>
    public string SessionDirectory { get; } = Path.Combine(home.SessionsDirectory, sessionId);

    /// <summary>The task's own directory.</summary>
    public string Directory { get; } = home.TaskDirectory(sessionId, taskId);

    /// <summary>The envelope.</summary>
    public string Prompt => Path.Combine(Directory, "prompt.txt");

    /// <summary>What the caller asked for.</summary>
    public string Request => Path.Combine(Directory, "request.json");

    /// <summary>The prompt, where it is the program.</summary>
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
    public void Remove() => DirectoryTree.Remove(SessionDirectory);

    /// <summary>Keeps what the caller asked for.</summary>
    public Task WriteRequestAsync(KeptRequest request, CancellationToken cancellation) =>
        File.WriteAllTextAsync(Request, JsonSerializer.Serialize(request, Readable), cancellation);

    /// <summary>What the caller asked for, or null when it is gone, or somebody wrote something else there.</summary>
    public async Task<KeptRequest?> ReadRequestAsync(CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(Request, cancellation) is { } json ? JsonSerializer.Deserialize<KeptRequest>(json, Readable) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

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

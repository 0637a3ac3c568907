using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coda.Core.Files;
using Coda.Core.Storage;

namespace Coda.Core.Tasks;

/// <summary>
/// The files of one task: the paths the agent is told are the paths the server reads. The agent may put anything there, so all is opened,
/// written and removed beneath the directory of sessions.
/// </summary>
internal sealed class TaskFiles(CodaHome home, string sessionId, string taskId)
{
    private const int MostOfRequest = 16 << 20; // a prompt and a context of 1 MB each, escaped
    private const int MostOfDiff = 4 << 20; // 512 K characters

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
        using var sessions = HeldDirectory.Open(home.SessionsDirectory);
        sessions.MakeDirectory(Beneath(Results));
    }

    /// <summary>Opens one of its files; null when nothing is there.</summary>
    /// <exception cref="IOException">Something else than a plain file is there.</exception>
    public PlainFile? Find(string path) => PlainFile.Find(home.SessionsDirectory, path);

    /// <summary>Makes one of its files, which must not be there.</summary>
    public void Write(string path, string text)
    {
        using var sessions = HeldDirectory.Open(home.SessionsDirectory);
        sessions.Create(Beneath(path), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Removes everything.</summary>
    public void Remove() => DirectoryTree.Remove(SessionDirectory);

    /// <summary>Keeps what the caller asked for.</summary>
    public void WriteRequest(KeptRequest request) => Write(Request, JsonSerializer.Serialize(request, Readable));

    /// <summary>What the caller asked for, or null when it is gone, or something else was written there.</summary>
    public async Task<KeptRequest?> ReadRequestAsync(CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(Request, MostOfRequest, cancellation) is { } json
                ? JsonSerializer.Deserialize<KeptRequest>(json, Readable)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What it changed, or null when nothing is known of that.</summary>
    public Task<string?> ReadDiffAsync(CancellationToken cancellation) => ReadAsync(Diff, MostOfDiff, cancellation);

    /// <summary>Keeps what it changed, in the place of whatever the agent left there; null = nothing is known of that.</summary>
    public void WriteDiff(string? diff)
    {
        using var sessions = HeldDirectory.Open(home.SessionsDirectory);
        if (diff is null)
        {
            sessions.Remove(Beneath(Diff));
        }
        else
        {
            sessions.Replace(Beneath(Diff), Encoding.UTF8.GetBytes(diff));
        }
    }

    private string Beneath(string path) => path[(home.SessionsDirectory.Length + 1)..];

    // Null, too, when something else is there, or more than we ever write.
    private Task<string?> ReadAsync(string path, int most, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                using var file = Find(path);
                return file?.Read(most) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
            }
            catch (IOException)
            {
                return null;
            }
        },
        cancellation);
}

using Coda.Core.Files;

namespace Coda.Core.Storage;

/// <summary>The directory that holds everything CoDA keeps (<c>CODA_HOME</c>, default <c>~/.coda</c>, mode 0700).</summary>
public sealed class CodaHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private CodaHome(string root) => Root = root;

    /// <summary>Absolute path of the home itself.</summary>
    public string Root { get; }

    /// <summary>The SQLite database of everything that is not a byte stream.</summary>
    public string DatabasePath => Path.Combine(Root, "coda.db");

    /// <summary>Locked by the one server of this home for as long as it lives.</summary>
    public string LockPath => Path.Combine(Root, "lock");

    /// <summary>The bearer token of local mode (mode 0600).</summary>
    public string TokenPath => Path.Combine(Root, "token");

    /// <summary>Keys that protect cookies across restarts.</summary>
    public string KeysDirectory => Path.Combine(Root, "keys");

    /// <summary>Optional additions to the built-in agent definitions.</summary>
    public string AgentsPath => Path.Combine(Root, "agents.json");

    /// <summary>One directory for each recorded terminal.</summary>
    public string RecordingsDirectory => Path.Combine(Root, "recordings");

    /// <summary>One directory for each session, with its task below it.</summary>
    public string SessionsDirectory => Path.Combine(Root, "sessions");

    /// <summary>One directory for each hand-off, with the folder it works in below it.</summary>
    public string ProjectsDirectory => Path.Combine(Root, "projects");

    /// <summary>Files that people gave to programs in terminals, each in a directory of its own; there once one was.</summary>
    public string UploadsDirectory => Path.Combine(Root, "uploads");

    /// <summary>Where the recording of one terminal is.</summary>
    public string RecordingDirectory(string terminalId) => Path.Combine(RecordingsDirectory, terminalId);

    /// <summary>Where the files of one task lie: <c>sessions/&lt;session&gt;/tasks/&lt;task&gt;</c>.</summary>
    public string TaskDirectory(string sessionId, string taskId) => Path.Combine(SessionsDirectory, sessionId, "tasks", taskId);

    /// <summary>Opens the home, creating what is missing.</summary>
    /// <exception cref="StartupException">The directory cannot be created or written.</exception>
    public static CodaHome Open(string root)
    {
        var home = new CodaHome(Path.GetFullPath(root));
        try
        {
            TakeForOwner(home.Root);
            foreach (var directory in (string[])[home.Root, home.RecordingsDirectory, home.SessionsDirectory, home.KeysDirectory])
            {
                Require(!File.Exists(directory), directory, "a directory");
                Directory.CreateDirectory(directory, OwnerOnly);
            }

            Require(!Directory.Exists(home.DatabasePath), home.DatabasePath, "the database's file");
            var probe = Path.Combine(home.Root, $".write-test-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return home;
        }
        catch (IOException e) when (DiskSpace.IsMissing(e) && Directory.Exists(home.KeysDirectory))
        {
            return home; // there is no space, and its owner needs a terminal to make some
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"CODA_HOME={home.Root} cannot be written: {e.Message} Nothing was changed. "
                + "Set CODA_HOME to a directory this user may write.");
        }
    }

    private static void Require(bool fulfilled, string path, string expected)
    {
        if (!fulfilled)
        {
            throw new StartupException(
                $"{path} is not {expected}. Move it away, or set CODA_HOME to another directory. Nothing in it was changed.");
        }
    }

    /// <summary>A home that others may read is closed to them, when it is new or ours; another directory is left as it is.</summary>
    private static void TakeForOwner(string root)
    {
        if (!Directory.Exists(root) || (File.GetUnixFileMode(root) & ~OwnerOnly) == 0)
        {
            return;
        }

        // A lock alone many programs have.
        var isOurs = File.Exists(Path.Combine(root, "coda.db"))
            || (File.Exists(Path.Combine(root, "token")) && Directory.Exists(Path.Combine(root, "keys")));
        if (!isOurs && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new StartupException(
                $"CODA_HOME={root} can be read by other users and holds files that are not CoDA's. Nothing was changed. "
                + "Set CODA_HOME to a directory of its own, or close this one with chmod 700.");
        }

        File.SetUnixFileMode(root, OwnerOnly);
    }
}

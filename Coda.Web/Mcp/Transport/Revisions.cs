namespace Coda.Web.Mcp.Transport;

/// <summary>The protocol's revisions, by what clients of them need; the SDK keeps its list to itself.</summary>
internal static class Revisions
{
    /// <summary>The header that names one.</summary>
    public const string Header = "MCP-Protocol-Version";

    /// <summary>Those without sessions; what <c>server/discover</c> names.</summary>
    public static readonly string[] Modern = ["2026-07-28"];

    private static readonly HashSet<string> WithSessions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

    /// <summary>Whether a client that names this revision may have a session; one that names none is old.</summary>
    public static bool HaveSessions(string revision) => revision.Length == 0 || WithSessions.Contains(revision);

    /// <summary>Whether anybody here speaks it.</summary>
    public static bool AreKnown(string revision) => HaveSessions(revision) || Modern.Contains(revision);
}

namespace Coda.Web.Mcp.Transport;

/// <summary>The protocol's revisions, by what clients of them need; the SDK keeps its list to itself.</summary>
internal static class Revisions
{
    /// <summary>The header that names one.</summary>
    public const string Header = "MCP-Protocol-Version";

    /// <summary>The first without sessions, in which each request says all about its client.</summary>
    public const string Sessionless = "2026-07-28";

    /// <summary>The first in which results may hold links to resources.</summary>
    public const string WithResourceLinks = "2025-06-18";

    /// <summary>What is meant by a client that names none.</summary>
    public const string Unnamed = "2025-03-26";

    /// <summary>Those without sessions; what <c>server/discover</c> names.</summary>
    public static readonly string[] Modern = [Sessionless];

    private static readonly HashSet<string> WithSessions = ["2024-11-05", Unnamed, WithResourceLinks, "2025-11-25"];

    /// <summary>Whether a client that names this revision may have a session; one that names none is old.</summary>
    public static bool HaveSessions(string revision) => revision.Length == 0 || WithSessions.Contains(revision);

    /// <summary>Whether a revision is one from another on; null is older than all.</summary>
    public static bool IsFrom(string? revision, string first) => string.CompareOrdinal(revision, first) >= 0;

    /// <summary>Whether it is spoken here.</summary>
    public static bool AreKnown(string revision) => HaveSessions(revision) || Modern.Contains(revision);
}

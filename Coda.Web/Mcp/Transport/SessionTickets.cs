using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using ModelContextProtocol;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp.Transport;

/// <summary>What a session id says once it is unsealed: the endpoint's own id, and how the client introduced itself.</summary>
internal sealed record SessionTicket(string Id, InitializeRequestParams Introduction);

/// <summary>
/// Session ids that survive the server. Sessions live in memory, and clients do not reliably start again when theirs is gone
/// (upstream vscode #253854, claude-code #60949); so the id itself carries, sealed, what it takes to rebuild one.
/// </summary>
internal sealed class SessionTickets(IDataProtectionProvider protection) : ISessionMigrationHandler
{
    /// <summary>Where session ids travel.</summary>
    public const string Header = "Mcp-Session-Id";

    private const char Renewal = '.'; // in no id of the endpoint, which are base64url

    private readonly IDataProtector seal = protection.CreateProtector("Mcp.SessionTicket.v1");
    private readonly RecentSessions renewals = new();
    private readonly RecentSessions ended = new();

    /// <summary>The id a client sees.</summary>
    public string Seal(SessionTicket ticket) =>
        Base64Url.EncodeToString(seal.Protect(JsonSerializer.SerializeToUtf8Bytes(ticket, McpJsonUtilities.DefaultOptions)));

    /// <summary>Reads an id that a client sent; null for one that is not ours.</summary>
    public SessionTicket? Unseal(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<SessionTicket>(
                seal.Unprotect(Base64Url.DecodeFromChars(text)), McpJsonUtilities.DefaultOptions);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The id under which the endpoint knows the session at present.</summary>
    public string IdInside(SessionTicket ticket) => renewals.Find(ticket.Id) is { } times ? $"{ticket.Id}{Renewal}{times}" : ticket.Id;

    /// <summary>Of an id inside, the one that stays the same.</summary>
    public static string StableId(string idInside) => idInside.Split(Renewal)[0];

    /// <summary>Lets the session be built again; what runs in the old one continues. The result is the new id inside.</summary>
    public string Renew(SessionTicket ticket)
    {
        if (!renewals.TryAdd(ticket.Id, 1))
        {
            renewals.Change(ticket.Id, 1);
        }

        return IdInside(ticket);
    }

    /// <summary>The client has ended its session: its id opens nothing, as long as this process remembers.</summary>
    public void End(SessionTicket ticket) => ended.TryAdd(ticket.Id, 0);

    /// <inheritdoc />
    public ValueTask<InitializeRequestParams?> AllowSessionMigrationAsync(
        HttpContext context, string sessionId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            context.Features.Get<SessionTicket>() is { } ticket && IdInside(ticket) == sessionId && ended.Find(ticket.Id) is null
                ? ticket.Introduction
                : null);

    /// <inheritdoc />
    public ValueTask OnSessionInitializedAsync(
        HttpContext context, string sessionId, InitializeRequestParams initializeParams, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;
}

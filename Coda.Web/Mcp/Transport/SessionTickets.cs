using System.Buffers.Text;
using System.Collections.Concurrent;
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
/// Session ids that survive the server. Sessions live in memory, and clients do not start anew reliably when theirs is gone
/// (upstream vscode #253854, claude-code #60949); so the id itself carries, sealed, what it takes to rebuild one.
/// </summary>
internal sealed class SessionTickets(IDataProtectionProvider protection) : ISessionMigrationHandler
{
    /// <summary>Where session ids travel.</summary>
    public const string Header = "Mcp-Session-Id";

    private const int RememberedEnds = 10_000;
    private const char Renewal = '.'; // in no id of the endpoint, which are base64url

    private readonly IDataProtector seal = protection.CreateProtector("Mcp.SessionTicket.v1");
    private readonly ConcurrentDictionary<string, int> renewals = new();
    private readonly ConcurrentDictionary<string, byte> endedIds = new();
    private readonly ConcurrentQueue<string> endedInOrder = new();

    /// <summary>The id a client sees.</summary>
    public string Seal(SessionTicket ticket) => Base64Url.EncodeToString(seal.Protect(JsonSerializer.SerializeToUtf8Bytes(ticket, McpJsonUtilities.DefaultOptions)));

    /// <summary>Reads an id that a client sent; null for one that is not ours.</summary>
    public SessionTicket? Unseal(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<SessionTicket>(seal.Unprotect(Base64Url.DecodeFromChars(text)), McpJsonUtilities.DefaultOptions);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The id under which the endpoint knows the session at present.</summary>
    public string IdInside(SessionTicket ticket) => renewals.TryGetValue(ticket.Id, out var times) ? $"{ticket.Id}{Renewal}{times}" : ticket.Id;

    /// <summary>Of an id inside, the one that stays the same.</summary>
    public static string LastingId(string idInside) => idInside.Split(Renewal)[0];

    /// <summary>Lets the session be built anew; what runs in the old one goes on. The result is the new id inside.</summary>
    public string Renew(SessionTicket ticket)
    {
        renewals.AddOrUpdate(ticket.Id, 1, (_, times) => times + 1);
        return IdInside(ticket);
    }

    /// <summary>The client has ended its session: its id opens nothing any more, as long as this process remembers.</summary>
    public void End(SessionTicket ticket)
    {
        if (endedIds.TryAdd(ticket.Id, 0))
        {
            endedInOrder.Enqueue(ticket.Id);
            if (endedInOrder.Count > RememberedEnds && endedInOrder.TryDequeue(out var oldest))
            {
                endedIds.TryRemove(oldest, out _);
                renewals.TryRemove(oldest, out _);
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<InitializeRequestParams?> AllowSessionMigrationAsync(HttpContext context, string sessionId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(context.Features.Get<SessionTicket>() is { } ticket && IdInside(ticket) == sessionId && !endedIds.ContainsKey(ticket.Id)
            ? ticket.Introduction
            : null);

    /// <inheritdoc />
    public ValueTask OnSessionInitializedAsync(HttpContext context, string sessionId, InitializeRequestParams initializeParams, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;
}

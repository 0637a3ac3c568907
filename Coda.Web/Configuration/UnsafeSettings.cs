using Coda.Core.Server;
using Coda.Core.Terminals;
using Coda.Web.Security;
using Microsoft.Extensions.Options;

namespace Coda.Web.Configuration;

/// <summary>
/// What this server was told to do, or is, that lets programs in its terminals take it over. Said at the start and on <c>/diagnostics</c>.
/// </summary>
internal sealed class UnsafeSettings(IOptions<AccessOptions> access)
{
    /// <summary>A sentence each; none when all is well.</summary>
    public IReadOnlyList<string> Warnings { get; } =
    [
        .. access.Value is { Auth: AuthMode.Databricks, Proxy.OwnUser: true }
            ? ["Unsafe: Access:Proxy:OwnUser=true lets any program of this server's user, agents too, pass for the owner."]
            : (string[])[],
        .. CleanStart.DiagnosticsAreOpen
            ? ["Unsafe: Diagnostics:Allow=true lets any program of this server's user, agents too, read its memory and run code in it."]
            : (string[])[],
        .. ServerProcess.UserId == 0
            ? ["Unsafe: the server runs as root, and so do the agents, from whom it can hide nothing. Run it as an ordinary user."]
            : (string[])[],
    ];
}

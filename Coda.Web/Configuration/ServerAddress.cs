using Coda.Web.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Coda.Web.Configuration;

/// <summary>Under which address people and programs on this machine reach the server; known once it listens.</summary>
internal sealed class ServerAddress(IServer server, IOptions<AccessOptions> access)
{
    /// <summary><c>CODA_APP_URL</c>, else the first address listened on; never with a slash at the end.</summary>
    public string Current => access.Value.BaseUrl
        ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/')
        ?? "";
}

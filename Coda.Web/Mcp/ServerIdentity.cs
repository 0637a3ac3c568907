using Coda.Web.Configuration;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp;

/// <summary>How the server introduces itself to clients, which show it in their lists.</summary>
internal sealed class ServerIdentity(IWebHostEnvironment environment, ServerAddress address)
{
    // Inline: a client's list has no credentials to fetch it with.
    private readonly string icon = $"data:image/svg+xml;base64,{Convert.ToBase64String(Read(environment, "favicon.svg"))}";

    /// <summary>Name, version, icon and address.</summary>
    public Implementation Describe() => new()
    {
        Name = "coda",
        Title = "CoDA",
        Version = StartMessage.Version,
        Description = "Runs coding agents in terminals on a server: delegate tasks, watch them, read their results.",
        Icons = [new Icon { Source = icon, MimeType = "image/svg+xml", Sizes = ["any"] }],
        WebsiteUrl = address.Current is { Length: > 0 } url ? url : null,
    };

    private static byte[] Read(IWebHostEnvironment environment, string name)
    {
        using var file = environment.WebRootFileProvider.GetFileInfo(name).CreateReadStream();
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}

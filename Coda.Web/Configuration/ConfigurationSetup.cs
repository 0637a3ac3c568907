using Coda.Core.Agents;
using Coda.Core.Files;
using Coda.Core.Handoffs;
using Coda.Core.Recordings;
using Coda.Core.Server;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Uploads;
using Coda.Core.WorkingTrees;
using Coda.Web.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Coda.Web.Configuration;

/// <summary>Settings: where they come from and what they must be.</summary>
public static class ConfigurationSetup
{
    // The platform kills what has not ended 15 s after SIGTERM; terminals get their grace within the rest.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private const string ShellDelegable = "Agents:shell:Delegable";

    /// <summary>Reads and validates every setting, opens the home and decides where to listen.</summary>
    /// <exception cref="Coda.Core.StartupException">Something is wrong; the message names every key.</exception>
    public static void AddCodaConfiguration(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        SettingNames.AddTo(builder.Configuration);

        var settings = new SettingsReader(builder.Configuration);
        var server = settings.Read<ServerOptions>(ServerOptions.Section);
        var access = settings.Read<AccessOptions>(AccessOptions.Section);
        access.Check(settings);
        builder.Services
            .AddOptionsFrom<TerminalOptions>(settings, TerminalOptions.Section)
            .AddOptionsFrom<RecordingOptions>(settings, RecordingOptions.Section)
            .AddOptionsFrom<ScreenOptions>(settings, ScreenOptions.Section)
            .AddOptionsFrom<TaskOptions>(settings, TaskOptions.Section)
            .AddOptionsFrom<RetentionOptions>(settings, RetentionOptions.Section)
            .AddOptionsFrom<UploadOptions>(settings, UploadOptions.Section)
            .AddOptionsFrom<WorkingDirectoryOptions>(settings, WorkingDirectoryOptions.Section)
            .AddOptionsFrom<HandoffOptions>(settings, HandoffOptions.Section)
            .AddOptionsFrom<DiagnosticsOptions>(settings, DiagnosticsOptions.Section)
            .AddSingleton(Options.Create(access));
        settings.RequireLogLevels();
        settings.ThrowIfWrong();

        // A deployed app runs scripts for other programs only when its operator says so.
        if (access.Auth == AuthMode.Databricks)
        {
            builder.Configuration[ShellDelegable] ??= "false";
        }

        builder.WebHost.UseUrls(ListenAddress.Choose(builder.Configuration, access.Auth, server.Port));
        var connections = ServerProcess.DescriptorsForConnections(
            settings.Read<TerminalOptions>(TerminalOptions.Section).MaxConcurrent
            + settings.Read<TaskOptions>(TaskOptions.Section).MaxConcurrent);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // WebSockets are counted by themselves.
            kestrel.Limits.MaxConcurrentConnections = kestrel.Limits.MaxConcurrentUpgradedConnections = connections / 2;
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(
            provider => ActivatorUtilities.CreateInstance<BoundedListeners>(provider, connections));
        // What cannot be put together is told at the start, not at the first request.
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateOnBuild = provider.ValidateScopes = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        var home = CodaHome.Open(HomePath.Expand(server.Home));
        builder.Services.AddSingleton(home);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDataProtection().SetApplicationName("coda").PersistKeysToFileSystem(new DirectoryInfo(home.KeysDirectory));
        builder.Services.AddSingleton<UnsafeSettings>();
        builder.Services.AddHostedService<StartMessage>();
    }

    /// <summary>Takes the home for this process and reads what is in it, before anything else uses it or a port is opened.</summary>
    /// <exception cref="Coda.Core.StartupException">Another server has it, or something in it is not to be used.</exception>
    public static void OpenCodaHome(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var held = app.Services.GetRequiredService<HomeLock>();
        app.Services.GetRequiredService<Database>();
        app.Services.GetRequiredService<AgentCatalog>();
        app.Lifetime.ApplicationStarted.Register(() => held.SetAddress(app.Services.GetRequiredService<ServerAddress>().Current));
    }

    private static IServiceCollection AddOptionsFrom<T>(this IServiceCollection services, SettingsReader settings, string section)
        where T : class, new() => services.AddSingleton(Options.Create(settings.Read<T>(section)));
}

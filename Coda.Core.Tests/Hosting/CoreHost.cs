using Coda.Core.Recordings;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Workspaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coda.Core.Tests.Hosting;

/// <summary>The whole core on a home of its own, removed afterwards. Hosted services run once <see cref="StartAsync"/> is called.</summary>
internal sealed class CoreHost : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly bool ownsRoot;
    private bool started;

    public CoreHost(
        Dictionary<string, string?>? settings = null, TimeProvider? time = null, string? root = null, Action<IServiceCollection>? configure = null)
    {
        ownsRoot = root is null;
        Root = root ?? Directory.CreateTempSubdirectory("coda-core-").FullName;
        Directory.CreateDirectory(Projects);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Workspaces:WorkingDirectory"] = Projects })
            .AddInMemoryCollection(settings ?? [])
            .Build();
        var collection = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(CodaHome.Open(Path.Combine(Root, "home")))
            .AddSingleton(time ?? TimeProvider.System)
            .AddLogging()
            .Configure<TerminalOptions>(configuration.GetSection(TerminalOptions.Section))
            .Configure<RecordingOptions>(configuration.GetSection(RecordingOptions.Section))
            .Configure<TaskOptions>(configuration.GetSection(TaskOptions.Section))
            .Configure<RetentionOptions>(configuration.GetSection(RetentionOptions.Section))
            .Configure<WorkspaceOptions>(configuration.GetSection(WorkspaceOptions.Section))
            .AddCodaCore();
        configure?.Invoke(collection);
        services = collection.BuildServiceProvider();
    }

    /// <summary>Holds the home and the projects.</summary>
    public string Root { get; }

    public string Projects => Path.Combine(Root, "projects");

    public CodaHome Home => Get<CodaHome>();

    public TerminalRegistry Terminals => Get<TerminalRegistry>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        started = true;
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Opens a terminal that runs a bash script.</summary>
    public async Task<Terminal> OpenAsync(
        string script, TerminalMode mode = TerminalMode.Direct, TerminalSize? size = null, Func<TerminalCommand, TerminalCommand>? change = null)
    {
        var command = new TerminalCommand { Arguments = ["bash", "--norc", "-c", script], WorkingDirectory = Projects };
        var opening = await Terminals.OpenAsync(
            new TerminalLaunch { Mode = mode, Label = "test", Command = change?.Invoke(command) ?? command, Size = size ?? TerminalSize.Default },
            CancellationToken.None);
        return Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }

    public async ValueTask DisposeAsync()
    {
        if (started)
        {
            foreach (var service in services.GetServices<IHostedService>().Reverse())
            {
                await service.StopAsync(CancellationToken.None);
            }
        }

        await services.DisposeAsync();
        if (ownsRoot)
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}

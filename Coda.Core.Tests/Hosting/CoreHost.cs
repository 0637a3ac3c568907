using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Core.WorkingTrees;
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
        Dictionary<string, string?>? settings = null, TimeProvider? time = null,
        string? root = null, Action<IServiceCollection>? configure = null)
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
            .Configure<ScreenOptions>(configuration.GetSection(ScreenOptions.Section))
            .Configure<Coda.Core.Recordings.RecordingOptions>(configuration.GetSection(Coda.Core.Recordings.RecordingOptions.Section))
            .Configure<Coda.Core.Tasks.TaskOptions>(configuration.GetSection(Coda.Core.Tasks.TaskOptions.Section))
            .Configure<RetentionOptions>(configuration.GetSection(RetentionOptions.Section))
            .Configure<Coda.Core.Uploads.UploadOptions>(configuration.GetSection(Coda.Core.Uploads.UploadOptions.Section))
            .Configure<Coda.Core.Handoffs.HandoffOptions>(configuration.GetSection(Coda.Core.Handoffs.HandoffOptions.Section))
            .Configure<WorkingDirectoryOptions>(configuration.GetSection(WorkingDirectoryOptions.Section))
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

        await Get<Lifecycle>().Done.WaitAsync(Wait.Timeout);
    }

    /// <summary>Opens a terminal that runs a bash script.</summary>
    public async Task<Terminal> OpenAsync(
        string script, TerminalMode mode = TerminalMode.Direct,
        TerminalSize? size = null, Func<TerminalCommand, TerminalCommand>? change = null)
    {
        var command = new TerminalCommand { Arguments = ["bash", "--norc", "-c", script], WorkingDirectory = Projects };
        var opening = await Terminals.OpenAsync(TestCaller.Owner, 
            new TerminalLaunch
            {
                Mode = mode, Label = "test", Command = change?.Invoke(command) ?? command, Size = size ?? TerminalSize.Default,
            },
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

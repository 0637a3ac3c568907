using Coda.Core;
using Coda.Core.Recordings;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.WorkingTrees;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coda.Benchmarks;

/// <summary>The core on a home of its own, which goes with it, or on one that is given and stays.</summary>
internal sealed class BenchmarkCore : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-bench-").FullName;
    private readonly ServiceProvider services;

    public BenchmarkCore(string? home = null)
    {
        Directory.CreateDirectory(Projects);
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(CodaHome.Open(home ?? Path.Combine(root, "home")))
            .AddSingleton(TimeProvider.System)
            .AddLogging()
            .Configure<TerminalOptions>(options => options.MaxConcurrent = 1000)
            .Configure<TaskOptions>(options => options.MaxConcurrent = 1000)
            .Configure<RecordingOptions>(_ => { })
            .Configure<WorkingDirectoryOptions>(options => options.WorkingDirectory = Projects)
            .AddCodaCore()
            .BuildServiceProvider();
    }

    public string Projects => Path.Combine(root, "projects");

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        await Get<Lifecycle>().Done;
    }

    /// <summary>Who acts.</summary>
    public static Caller Caller { get; } = Caller.System("benchmark");

    public async Task<Terminal> OpenAsync(params string[] arguments)
    {
        var command = new TerminalCommand { Arguments = arguments, WorkingDirectory = Projects };
        var opening = await Get<TerminalRegistry>().OpenAsync(
            Caller,
            new TerminalLaunch { Mode = TerminalMode.Direct, Label = "benchmark", Command = command }, CancellationToken.None);
        return opening is TerminalOpening.Opened opened ? opened.Terminal : throw new InvalidOperationException(opening.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await services.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }
}

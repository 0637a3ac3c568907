using System.Reflection;
using Coda.Core;
using Coda.Core.Storage;
using Coda.Web.Security;
using Microsoft.Extensions.Options;

namespace Coda.Web.Configuration;

/// <summary>
/// Tells the person at the console, once the server takes requests, where it is and how to get in. A start that fails ends the server here.
/// </summary>
internal sealed class StartMessage(
    IHostApplicationLifetime lifetime, Lifecycle lifecycle, ServerAddress address, LoginLinks links, IOptions<AccessOptions> access,
    UnsafeSettings settings, CodaHome home) : BackgroundService
{
    /// <summary>Version of this build.</summary>
    public static string Version { get; } =
        typeof(StartMessage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(listening.SetResult);
        try
        {
            await listening.Task.WaitAsync(stoppingToken);
            await lifecycle.Done.WaitAsync(stoppingToken);
            Print();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // it stops before it has started
        }
        catch (Exception)
        {
            Environment.ExitCode = 1; // the host logs why, and stops
            throw;
        }
    }

    private void Print()
    {
        Console.WriteLine($"CoDA {Version} listens on {address.Current}, home {home.Root}");
        foreach (var warning in settings.Warnings)
        {
            Console.WriteLine($"  {warning}");
        }

        if (access.Value.Auth == AuthMode.Databricks)
        {
            Console.WriteLine(access.Value.OwnerEmail.Length > 0
                ? $"Admits {access.Value.OwnerEmail}, as told by the platform."
                : "Admits no one: set APP_OWNER_EMAIL to the owner's address.");
            return;
        }

        Console.WriteLine();
        links.Print();
        Console.WriteLine(
            $"  MCP clients: {address.Current}/mcp with the header 'Authorization: Bearer <the content of {home.TokenPath}>'");
        Console.WriteLine();
        Console.WriteLine("Ctrl+C stops the server.");
    }
}

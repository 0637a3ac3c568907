using Microsoft.Extensions.Hosting;

namespace Coda.Core.Terminals;

/// <summary>Ends terminals nobody uses any more; looks every 15 minutes.</summary>
internal sealed class IdleReaper(TerminalRegistry registry, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rhythm, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await registry.EndIdleAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}

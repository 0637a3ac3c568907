using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coda.Core.Terminals;

/// <summary>Ends terminals nobody uses any more; looks every 15 minutes.</summary>
internal sealed partial class IdleReaper(TerminalRegistry registry, TimeProvider time, ILogger<IdleReaper> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await registry.EndIdleAsync();
        }
        catch (Exception e)
        {
            // The next round must come whatever happened in this one.
            LogRoundFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A search for idle terminals failed.")]
    private partial void LogRoundFailed(Exception failure);
}

using Coda.Core.Handoffs;
using Coda.Core.Replays;
using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Coda.Core.Uploads;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coda.Core;

/// <summary>
/// The server's start and stop, in order. While it starts it tidies up after a server that died, and only then lets tasks begin; the host
/// waits for none of it. When it stops, everything that runs has the limits of <see cref="StopDeadline"/>, and storage comes last.
/// </summary>
public sealed partial class Lifecycle : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(15);

    private readonly TerminalRegistry terminals;
    private readonly HandoffService handoffs;
    private readonly TaskLife tasks;
    private readonly Retention retention;
    private readonly KeyframeRebuilds keyframes;
    private readonly UploadFolder uploads;
    private readonly Database database;
    private readonly StopDeadline deadline;
    private readonly TimeProvider time;
    private readonly ILogger<Lifecycle> log;
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Lifecycle(
        TerminalRegistry terminals, HandoffService handoffs, TaskLife tasks, Retention retention, KeyframeRebuilds keyframes,
        UploadFolder uploads, Database database, StopDeadline deadline, TimeProvider time, ILogger<Lifecycle> log)
    {
        (this.terminals, this.handoffs, this.tasks, this.retention) = (terminals, handoffs, tasks, retention);
        (this.keyframes, this.uploads, this.database) = (keyframes, uploads, database);
        (this.deadline, this.time, this.log) = (deadline, time, log);
    }

    /// <summary>
    /// Completes when the server has tidied up; fails as that failed, and then the server must not run. Never when the server stops before.
    /// </summary>
    public Task Done => done.Task;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield(); // the port opens meanwhile
            await terminals.RecoverAsync(stoppingToken);
            uploads.RemoveDrafts();
            var settling = SettleAsync(stoppingToken);
            if (!await database.WrittenAsync(settling))
            {
                LogTasksWait(); // terminals need not: with one the disk can be given space
            }

            done.SetResult();
            await Task.WhenAll(
                TickAsync(settling, stoppingToken),
                BackgroundLoops.EveryAsync(IdleInterval, terminals.EndIdleAsync, time, log, stoppingToken),
                BackgroundLoops.EveryAsync(RetentionInterval, () => retention.SweepAsync(stoppingToken), time, log, stoppingToken),
                keyframes.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
        catch (Exception e)
        {
            if (!done.TrySetException(e))
            {
                throw;
            }
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        tasks.Close();
        var loops = base.StopAsync(CancellationToken.None);
        var ending = tasks.EndAllAsync();
        terminals.BeginStop(); // those of tabs and hand-offs need not wait until the tasks are over
        await deadline.WaitAsync(Task.WhenAll(loops, ending));
    }

    /// <summary>Ends what is left when the host has let go of its last request: hand-offs, terminals, storage.</summary>
    public async ValueTask DisposeAsync()
    {
        await handoffs.DisposeAsync();
        await terminals.DisposeAsync();
        await database.DisposeAsync();
        Dispose();
    }

    /// <summary>Ends on paper what a server that died left, then takes tasks.</summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        await handoffs.RecoverAsync();
        await tasks.RecoverAsync(cancellation);
        tasks.Open();
    }

    private async Task TickAsync(Task settled, CancellationToken stopping)
    {
        await settled.WaitAsync(stopping);
        await BackgroundLoops.EveryAsync(TickInterval, tasks.TickAsync, time, log, stopping);
    }

    [LoggerMessage(LogLevel.Warning, "Tasks begin when the database can be written.")]
    private partial void LogTasksWait();

    [LoggerMessage(LogLevel.Information, "The server stops before it has tidied up after the one before; the next start does.")]
    private partial void LogStopped();
}

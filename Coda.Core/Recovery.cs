using Coda.Core.Storage;
using Coda.Core.Tasks;
using Coda.Core.Terminals;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coda.Core;

/// <summary>
/// Tidies up after a server that died, while this one is starting: ends what its terminals left running, settles its tasks, and only then
/// lets new ones begin. The host waits for none of it.
/// </summary>
public sealed partial class Recovery : BackgroundService
{
    private readonly TerminalRegistry terminals;
    private readonly TaskLoop tasks;
    private readonly Database database;
    private readonly ILogger<Recovery> log;
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Recovery(TerminalRegistry terminals, TaskLoop tasks, Database database, ILogger<Recovery> log)
    {
        this.database = database;
        this.terminals = terminals;
        this.tasks = tasks;
        this.log = log;
    }

    /// <summary>
    /// Completes when it is done; fails as it failed, and then the server must not go on. Never when the server stops before.
    /// </summary>
    public Task Done => done.Task;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield(); // the port opens meanwhile
            await terminals.RecoverAsync(stoppingToken);
            var beginning = tasks.BeginAsync(stoppingToken);
            if (!await database.WrittenAsync(beginning))
            {
                LogTasksWait(); // terminals need not: with one the disk can be given space
            }

            done.SetResult();
            await beginning.WaitAsync(stoppingToken);
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

    [LoggerMessage(LogLevel.Warning, "Tasks begin when the database can be written.")]
    private partial void LogTasksWait();

    [LoggerMessage(LogLevel.Information, "The server stops before it has tidied up after the one before; the next start does.")]
    private partial void LogStopped();
}

using System.Runtime.CompilerServices;
using Coda.Core.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Coda.Web.Tests.Hosting;

/// <summary>Waiting for what happens in the server, by its events.</summary>
public static class Waiting
{
    /// <summary>How long a test waits for what must happen.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Looks every few milliseconds until a condition of another process holds.</summary>
    public static Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>The same where asking takes a while.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Timeout, $"Not within {Timeout}: {what}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a task runs, and gives the first.</summary>
    public static async Task<TaskView> FirstTaskAsync(this CodaApp app)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tasks = app.Services.GetRequiredService<TaskService>();
        var first = new TaskCompletionSource<TaskView>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(TaskView task) => first.TrySetResult(task);

        tasks.Changed += Look;
        try
        {
            // A task is in the inbox before its terminal is open; until then no call has returned it.
            if (await tasks.InboxAsync(new InboxQuery(), cancellation)
                is InboxResult.Page { Value.Tasks: [{ TerminalId.Length: > 0 } task, ..] })
            {
                Look(task);
            }

            return await first.Task.WaitAsync(Timeout, cancellation);
        }
        finally
        {
            tasks.Changed -= Look;
        }
    }

    /// <summary>Waits until a task has ended.</summary>
    public static async Task<TaskView> EndOfAsync(this CodaApp app, string taskId)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tasks = app.Services.GetRequiredService<TaskService>();
        var ended = new TaskCompletionSource<TaskView>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(TaskView task)
        {
            if (task.TaskId == taskId && task.Status != CodingTaskStatus.Running)
            {
                ended.TrySetResult(task);
            }
        }

        tasks.Changed += Look;
        try
        {
            Assert.True(TaskId.TryParse(taskId, out var id));
            Look((await tasks.FindAsync(id, cancellation))!);
            return await ended.Task.WaitAsync(Timeout, cancellation);
        }
        finally
        {
            tasks.Changed -= Look;
        }
    }
}

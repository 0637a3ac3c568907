using Coda.Core.Tasks;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tests.Tasks;

public sealed class TaskSlotsTests
{
    [Fact]
    public void A_refusal_names_the_tasks_that_run_and_counts_those_that_start()
    {
        var slots = new TaskSlots(Options.Create(new TaskOptions { MaxConcurrent = 3 }));
        var running = slots.TryTake(out _)!;
        Assert.NotNull(slots.TryTake(out _));
        using var last = slots.TryTake(out _)!;

        Assert.Null(slots.TryTake(out var refusal));
        Assert.StartsWith("Concurrency limit reached (3 tasks running): 3 starting. ", refusal, StringComparison.Ordinal);

        running.Holder = "task-00000001";
        Assert.Null(slots.TryTake(out refusal));
        Assert.StartsWith("Concurrency limit reached (3 tasks running): task-00000001, 2 starting. ", refusal, StringComparison.Ordinal);

        running.Dispose();
        running.Dispose();
        Assert.NotNull(slots.TryTake(out _));
        Assert.Null(slots.TryTake(out refusal));
        Assert.Contains("3 starting", refusal, StringComparison.Ordinal);
    }
}

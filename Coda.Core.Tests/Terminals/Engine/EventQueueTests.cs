using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Terminals.Engine;

/// <summary>What an engine reports while the server does not look.</summary>
public sealed class EventQueueTests
{
    private static readonly TerminalId Id = TerminalId.New();
    private readonly EventQueue queue = new();

    [Fact]
    public async Task Events_are_taken_in_their_order()
    {
        TerminalEvent[] posted =
        [
            new ProgramStarted(Id, 1, 2, "boot"), new Titled(Id, "t"), new OutputGrew(Id, 4, 4),
            new Resized(Id, 4, TerminalSize.Default, 1), new ProgramEnded(Id, 0),
        ];
        Array.ForEach(posted, queue.Post);
        Assert.Equal(posted, await queue.TakeAsync());
    }

    [Fact]
    public async Task Of_lengths_titles_and_statuses_the_newest_stays_and_bells_are_counted()
    {
        for (var i = 1; i <= 1000; i++)
        {
            queue.Post(new OutputGrew(Id, i, i));
            queue.Post(new Titled(Id, $"{i}"));
            queue.Post(new StatusReported(Id, $"{i}"));
            queue.Post(new RecordingTrouble(Id, $"{i}"));
            queue.Post(new Rang(Id, 1));
        }

        Assert.Equal(
            [
                new OutputGrew(Id, 1000, 1000), new Titled(Id, "1000"), new StatusReported(Id, "1000"),
                new RecordingTrouble(Id, "1000"), new Rang(Id, 1000),
            ],
            await queue.TakeAsync());
    }

    [Fact]
    public async Task Of_sizes_and_notifications_the_newest_64_stay_and_of_starts_and_ends_all()
    {
        for (var i = 1; i <= 200; i++)
        {
            queue.Post(new Resized(Id, i, new TerminalSize(i + 1, 10), i));
            queue.Post(new Notified(Id, 9, $"{i}"));
            queue.Post(new ProgramStarted(Id, i, i, "boot"));
            queue.Post(new ProgramEnded(Id, i));
        }

        queue.Post(new TerminalEnded(Id, 0, DateTimeOffset.UnixEpoch, EndCause.Exited));
        var taken = await queue.TakeAsync();
        Assert.Equal(Enumerable.Range(137, 64), taken.OfType<Notified>().Select(notified => int.Parse(notified.Data)));
        Assert.Equal(Enumerable.Range(137, 64), taken.OfType<Resized>().Select(resized => (int)resized.Offset));
        Assert.Equal(200, taken.OfType<ProgramStarted>().Count());
        Assert.Equal(200, taken.OfType<ProgramEnded>().Count());
        Assert.IsType<TerminalEnded>(taken[^1]);
    }

    [Fact]
    public async Task Taking_waits_for_an_event_and_after_the_last_there_is_none()
    {
        var taking = queue.TakeAsync();
        Assert.False(taking.IsCompleted);
        queue.Post(new TerminalFailed(Id, "why", DateTimeOffset.UnixEpoch));
        Assert.Single(await taking.WaitAsync(Wait.Timeout));
        Assert.Empty(await queue.TakeAsync().WaitAsync(Wait.Timeout));
    }
}

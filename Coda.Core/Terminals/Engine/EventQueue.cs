namespace Coda.Core.Terminals.Engine;

/// <summary>
/// The events of one terminal on their way to the server, in order and bounded. While they are not taken: of lengths, titles, clips,
/// statuses, floods and troubles the newest stays, bells are counted, of sizes and notifications the newest 64 stay; starts and ends are
/// never dropped.
/// </summary>
internal sealed class EventQueue
{
    private const int MostOfAKind = 64;
    private readonly Lock gate = new();
    private List<TerminalEvent> waiting = [];
    private TaskCompletionSource? arrived;
    private bool closed;

    /// <summary>Adds an event; never waits.</summary>
    public void Post(TerminalEvent posted)
    {
        TaskCompletionSource? taker;
        lock (gate)
        {
            Add(posted);
            closed = posted is TerminalEnded or TerminalFailed;
            (taker, arrived) = (arrived, null);
        }

        taker?.SetResult();
    }

    /// <summary>Waits for events and takes all there are; none = the last one was taken before. For one taker.</summary>
    public async Task<IReadOnlyList<TerminalEvent>> TakeAsync()
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (waiting.Count > 0 || closed)
                {
                    var taken = waiting;
                    waiting = [];
                    return taken;
                }

                arrived ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = arrived.Task;
            }

            await next;
        }
    }

    private void Add(TerminalEvent added)
    {
        switch (added)
        {
            case OutputGrew or Titled or Copied or StatusReported or RecordingTrouble or FloodChanged or InputDrained:
                TakeNewest(added.GetType());
                break;
            case Rang rang when TakeNewest(typeof(Rang)) is Rang before:
                added = rang with { Count = rang.Count + before.Count };
                break;
            case Resized or Notified when waiting.Count >= MostOfAKind:
                DropOldest(added.GetType());
                break;
        }

        waiting.Add(added);
    }

    private TerminalEvent? TakeNewest(Type kind)
    {
        var index = waiting.FindLastIndex(other => other.GetType() == kind);
        if (index < 0)
        {
            return null;
        }

        var taken = waiting[index];
        waiting.RemoveAt(index);
        return taken;
    }

    private void DropOldest(Type kind)
    {
        if (waiting.Count(other => other.GetType() == kind) >= MostOfAKind)
        {
            waiting.RemoveAt(waiting.FindIndex(other => other.GetType() == kind));
        }
    }
}

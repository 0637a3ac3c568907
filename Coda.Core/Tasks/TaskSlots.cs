using Microsoft.Extensions.Options;

namespace Coda.Core.Tasks;

/// <summary>How many tasks may run at once: the one place where a slot is taken and given back.</summary>
internal sealed class TaskSlots(IOptions<TaskOptions> options)
{
    private readonly Lock gate = new();
    private readonly List<Slot> taken = [];

    /// <summary>Takes a slot; null when there is none, and the message says who has them.</summary>
    public Slot? TryTake(out string refusal)
    {
        lock (gate)
        {
            var most = options.Value.MaxConcurrent;
            if (taken.Count >= most)
            {
                refusal = $"Concurrency limit reached ({taken.Count} tasks running): {Holders()}. "
                    + $"Wait until one has ended, end one with coda_cancel, or let the operator raise CODA_MAX_CONCURRENT (now {most}).";
                return null;
            }

            refusal = "";
            var slot = new Slot(this);
            taken.Add(slot);
            return slot;
        }
    }

    private string Holders()
    {
        var starting = taken.Count(slot => slot.Holder.Length == 0);
        string[] others = starting > 0 ? [$"{starting} starting"] : [];
        return string.Join(", ", taken.Select(slot => slot.Holder).Where(holder => holder.Length > 0).Concat(others));
    }

    /// <summary>A place among the running; disposing gives it back, once.</summary>
    internal sealed class Slot(TaskSlots slots) : IDisposable
    {
        /// <summary>The task that has it; empty while it starts.</summary>
        public string Holder { get; set; } = "";

        /// <inheritdoc />
        public void Dispose()
        {
            lock (slots.gate)
            {
                slots.taken.Remove(this);
            }
        }
    }
}

namespace Coda.Core.Terminals.Stream;

/// <summary>Offsets at which a viewer can begin, with the modes in force there: one every 256 KB or so, thinned out when many.</summary>
internal sealed class Checkpoints
{
    private const int MaxCount = 2048;
    private readonly Lock gate = new();
    private readonly List<(long Offset, SwitchedModes Modes)> taken = [];
    private long spacing = 256 * 1024;
    private long last;

    /// <summary>Whether a checkpoint at a line start would be welcome.</summary>
    public bool IsDue(long offset) => offset - last >= spacing;

    /// <summary>Whether any place will do.</summary>
    public bool IsOverdue(long offset) => offset - last >= 2 * spacing;

    /// <summary>Adds one; offsets grow.</summary>
    public void Add(long offset, in SwitchedModes modes)
    {
        lock (gate)
        {
            if (taken.Count == MaxCount)
            {
                var every = 0;
                taken.RemoveAll(_ => every++ % 2 == 0);
                spacing *= 2;
            }

            taken.Add((offset, modes));
            last = offset;
        }
    }

    /// <summary>The first at or after <paramref name="offset"/>, else the last one before it; null = there is none.</summary>
    public (long Offset, SwitchedModes Modes)? Near(long offset)
    {
        lock (gate)
        {
            var index = taken.FindIndex(checkpoint => checkpoint.Offset >= offset);
            return taken.Count == 0 ? null : taken[index < 0 ? ^1 : index];
        }
    }
}

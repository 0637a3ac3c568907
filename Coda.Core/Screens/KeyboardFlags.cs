namespace Coda.Core.Screens;

/// <summary>
/// What programs ask of the keyboard (sw.kovidgoyal.net/kitty/keyboard-protocol): the flags in force, and a stack for each screen.
/// </summary>
internal sealed class KeyboardFlags
{
    private const int MaxStack = 16;
    private readonly List<int>[] stacks = [[], []];
    private readonly int[] kept = new int[2];

    /// <summary>The flags in force.</summary>
    public int Current { get; private set; }

    /// <summary>The flags of the main screen, kept while the alternate one is shown, and the other way round.</summary>
    public (int Main, int Alternate) Kept => (kept[0], kept[1]);

    /// <summary>What was pushed on a screen, oldest first.</summary>
    public IReadOnlyList<int> Stack(bool alternate) => stacks[alternate ? 1 : 0];

    /// <summary>Forgets all.</summary>
    public void Reset()
    {
        (Current, kept[0], kept[1]) = (0, 0, 0);
        stacks[0].Clear();
        stacks[1].Clear();
    }

    /// <summary>The other screen is shown.</summary>
    public void Switch(bool toAlternate)
    {
        kept[toAlternate ? 0 : 1] = Current;
        Current = kept[toAlternate ? 1 : 0];
    }

    /// <summary>CSI = flags ; mode u.</summary>
    public void Set(int flags, int mode) => Current = mode switch
    {
        1 => flags,
        2 => Current | flags,
        3 => Current & ~flags,
        _ => Current,
    };

    /// <summary>CSI &gt; flags u.</summary>
    public void Push(bool alternate, int flags)
    {
        var stack = stacks[alternate ? 1 : 0];
        if (stack.Count == MaxStack)
        {
            stack.RemoveAt(0);
        }

        stack.Add(Current);
        Current = flags;
    }

    /// <summary>CSI &lt; count u.</summary>
    public void Pop(bool alternate, int count)
    {
        var stack = stacks[alternate ? 1 : 0];
        for (; count > 0 && stack.Count > 0; count--)
        {
            Current = stack[^1];
            stack.RemoveAt(stack.Count - 1);
        }

        Current = stack.Count == 0 ? 0 : Current;
    }
}

namespace Coda.Core.Screens;

/// <summary>What the rows of one terminal take of the memory for all; its loop alone uses it.</summary>
/// <param name="all">The memory for all.</param>
/// <param name="screen">What the terminal shows.</param>
/// <param name="directory">Where the file for rows is made, if one is needed.</param>
internal sealed class RowMemory(ScreenMemory all, ScreenModel screen, string directory) : IDisposable
{
    private readonly RowFile file = new(Path.Combine(directory, "rows"));
    private long counted;

    /// <summary>Counts rows that may have come, gone or been read; older ones are put aside when all terminals take too much.</summary>
    public void Weigh()
    {
        Count(screen.Main.History.BytesInMemory);
        if (all.IsFull)
        {
            screen.Main.History.PutAside(file);
            Count(screen.Main.History.BytesInMemory);
        }
    }

    /// <summary>The terminal has ended: its rows are in memory for the moment in which it is still asked.</summary>
    public void Dispose()
    {
        try
        {
            screen.Main.History.TakeBack();
        }
        finally
        {
            file.Dispose();
            Count(0);
        }
    }

    private void Count(long bytes)
    {
        if (bytes != counted)
        {
            all.Add(bytes - counted);
            counted = bytes;
        }
    }
}

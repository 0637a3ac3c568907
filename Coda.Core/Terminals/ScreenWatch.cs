namespace Coda.Core.Terminals;

/// <summary>Looks at a terminal's screen when it has changed, at most twice a second, never twice at once.</summary>
internal sealed class ScreenWatch
{
    private const int LongestLine = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Func<Task<IReadOnlyList<string>?>> read;
    private readonly Action<IReadOnlyList<string>> shown;
    private readonly Action lastLineChanged;
    private readonly Coalescer looks;
    private readonly Lock gate = new();
    private string lastLine = "";
    private bool ended;

    /// <summary>Begins to watch.</summary>
    /// <param name="read">Reads the lines on the screen; null = it is gone.</param>
    /// <param name="shown">Is called with them.</param>
    /// <param name="lastLineChanged">Is called when <see cref="LastLine"/> is another.</param>
    /// <param name="failed">Is called with what fails.</param>
    /// <param name="time">The clock.</param>
    public ScreenWatch(
        Func<Task<IReadOnlyList<string>?>> read, Action<IReadOnlyList<string>> shown, Action lastLineChanged, Action<Exception> failed,
        TimeProvider time)
    {
        (this.read, this.shown, this.lastLineChanged) = (read, shown, lastLineChanged);
        looks = new Coalescer(
            Interval,
            LookAsync,
            failure =>
            {
                failed(failure);
                return Task.CompletedTask;
            },
            time,
            CancellationToken.None);
    }

    /// <summary>The last line on the screen that is not empty, at most 500 characters; empty = there is none.</summary>
    public string LastLine => Volatile.Read(ref lastLine);

    /// <summary>The screen has changed.</summary>
    public void Signal() => looks.Signal();

    /// <summary>The terminal has ended, and this is its last line; a look that is under way changes nothing any longer.</summary>
    public void End(string line)
    {
        lock (gate)
        {
            ended = true;
            Volatile.Write(ref lastLine, line);
        }
    }

    private async Task LookAsync()
    {
        if (await read() is not { } lines)
        {
            return;
        }

        shown(lines);
        var line = lines.LastOrDefault(text => text.Length > 0) ?? "";
        if (Take(OneLine.Of(line, LongestLine)))
        {
            lastLineChanged();
        }
    }

    private bool Take(string line)
    {
        lock (gate)
        {
            var isNew = !ended && line != lastLine;
            if (isNew)
            {
                Volatile.Write(ref lastLine, line);
            }

            return isNew;
        }
    }
}

namespace Coda.Core.Terminals;

/// <summary>The viewers of one terminal: which of them drives, and whether the program has to wait for it.</summary>
internal sealed class ViewerSet(TimeProvider time, Action<TerminalSize> resize, Action changed)
{
    /// <summary>A driver silent for so long counts as detached.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly List<TerminalViewer> viewers = [];
    private TerminalViewer? driver;
    private TaskCompletionSource? progress;
    private long typed;
    private bool released;
    private TerminalSize? wanted; // the driver's size
    private bool applying; // one at a time, until what was applied last is what is wanted

    /// <summary>Whether a viewer answers for the cursor and sets the pace.</summary>
    public bool HasDriver
    {
        get
        {
            lock (gate)
            {
                return driver is { IsAttached: true };
            }
        }
    }

    public bool IsDriver(TerminalViewer viewer)
    {
        lock (gate)
        {
            return viewer == driver;
        }
    }

    public TerminalViewer Add(Terminal terminal, TerminalSize size)
    {
        var viewer = new TerminalViewer(terminal, this, size, time);
        Change(() => viewers.Add(viewer));
        return viewer;
    }

    public void Remove(TerminalViewer viewer) => Change(() => viewers.Remove(viewer));

    /// <summary>The viewer typed: it drives from now on.</summary>
    public void Typed(TerminalViewer viewer) => Change(() => viewer.TypedAt = ++typed);

    /// <summary>Changes a viewer's state, then decides anew who drives.</summary>
    public void Change(Action change)
    {
        bool driverChanged, resizing;
        TaskCompletionSource? waiting;
        lock (gate)
        {
            var before = driver;
            change();

            // Who typed last; nobody yet: who came first. A page that is away does not count while another is there.
            driver = viewers.OrderByDescending(viewer => viewer.IsAttached).ThenByDescending(viewer => viewer.TypedAt).FirstOrDefault();
            driverChanged = driver != before;
            wanted = driver is { IsAttached: true } ? driver.Size : null;
            resizing = wanted is not null && !applying;
            applying |= resizing;
            (waiting, progress) = (progress, null);
        }

        waiting?.TrySetResult();
        if (resizing)
        {
            ApplySize();
        }

        if (driverChanged)
        {
            changed();
        }
    }

    private void ApplySize()
    {
        TerminalSize? applied = null;
        while (true)
        {
            lock (gate)
            {
                if (wanted is null || wanted == applied)
                {
                    applying = false;
                    return;
                }

                applied = wanted;
            }

            try
            {
                resize(applied.Value);
            }
            catch
            {
                lock (gate)
                {
                    applying = false;
                }

                throw;
            }
        }
    }

    /// <summary>The terminal ends: nobody paces it any more.</summary>
    public void Release() => Change(() => released = true);

    /// <summary>The driver has parsed up to an offset.</summary>
    public void Acknowledged(TerminalViewer viewer, long offset)
    {
        TaskCompletionSource? waiting;
        var returns = false;
        lock (gate)
        {
            returns = !viewer.Responsive;
            viewer.Parsed = Math.Max(viewer.Parsed, offset);
            viewer.Pace.Parsed(offset);
            (waiting, progress) = (progress, null);
        }

        waiting?.TrySetResult();
        if (returns)
        {
            Change(viewer.Return);
        }
    }

    /// <summary>Waits while the driver has more than its window unparsed, but never longer than it shows signs of life.</summary>
    public async Task PaceAsync(long produced)
    {
        while (true)
        {
            Task next;
            TerminalViewer slow;
            lock (gate)
            {
                if (released || driver is not { IsAttached: true } paced || paced.Pace.Allows(produced, paced.Parsed))
                {
                    return;
                }

                slow = paced;
                progress ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = progress.Task;
            }

            try
            {
                await next.WaitAsync(Patience, time);
            }
            catch (TimeoutException)
            {
                Change(() => slow.Responsive = false);
            }
        }
    }
}

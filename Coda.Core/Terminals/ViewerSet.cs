namespace Coda.Core.Terminals;

/// <summary>The viewers of one terminal: which of them drives, and how far the stream may grow before it has parsed more.</summary>
internal sealed class ViewerSet
{
    /// <summary>A driver that holds the program up and parses nothing for so long counts as detached.</summary>
    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(2);

    private readonly TimeProvider time;
    private readonly Action<Caller, TerminalSize> resize;
    private readonly Action<long> limitOutput;
    private readonly Action changed;
    private readonly ITimer silence;
    private readonly Lock gate = new();
    private readonly List<TerminalViewer> viewers = [];
    private TerminalViewer? driver;
    private long typed;
    private long produced;
    private long limit = long.MaxValue;
    private bool isWatched; // the driver holds the program up, and the timer runs

    /// <summary>Begins without viewers.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="resize">Takes the driver's size; must not wait.</param>
    /// <param name="limitOutput">Takes the offset up to which the stream may grow; must not wait.</param>
    /// <param name="changed">Is called when another drives.</param>
    public ViewerSet(TimeProvider time, Action<Caller, TerminalSize> resize, Action<long> limitOutput, Action changed)
    {
        (this.time, this.resize, this.limitOutput, this.changed) = (time, resize, limitOutput, changed);
        silence = time.CreateTimer(_ => GiveUpDriver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

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

    public TerminalViewer Add(Caller caller, Terminal terminal, TerminalSize size)
    {
        var viewer = new TerminalViewer(caller, terminal, this, size, time);
        Change(() => viewers.Add(viewer));
        return viewer;
    }

    public void Remove(TerminalViewer viewer) => Change(() => viewers.Remove(viewer));

    /// <summary>The viewer typed: it drives from now on.</summary>
    public void Typed(TerminalViewer viewer) => Change(() => viewer.TypedAt = ++typed);

    /// <summary>Changes a viewer's state, then decides who drives.</summary>
    public void Change(Action change)
    {
        bool driverChanged;
        lock (gate)
        {
            var before = driver;
            change();

            // Who typed last, else who came first. A page that is away does not count while another is there.
            driver = viewers.OrderByDescending(viewer => viewer.IsAttached).ThenByDescending(viewer => viewer.TypedAt).FirstOrDefault();
            driverChanged = driver != before;
            if (driver is { IsAttached: true })
            {
                resize(driver.Caller, driver.Size);
            }

            Pace(isProgress: driverChanged);
        }

        if (driverChanged)
        {
            changed();
        }
    }

    /// <summary>The stream has grown.</summary>
    public void Produced(long length)
    {
        lock (gate)
        {
            produced = length;
            Pace(isProgress: false);
        }
    }

    /// <summary>A viewer has parsed up to an offset.</summary>
    public void Acknowledged(TerminalViewer viewer, long offset)
    {
        var returns = false;
        lock (gate)
        {
            returns = !viewer.Responsive;
            viewer.Parsed = Math.Max(viewer.Parsed, offset);
            viewer.Pace.Parsed(offset);
            Pace(isProgress: viewer == driver);
        }

        if (returns)
        {
            Change(viewer.Return);
        }
    }

    /// <summary>The terminal has ended.</summary>
    public void Close() => silence.Dispose();

    /// <summary>Lets the stream grow as far as the driver keeps up, and watches a driver that holds it up.</summary>
    private void Pace(bool isProgress)
    {
        var allowed = long.MaxValue;
        var holdsUp = false;
        if (driver is { IsAttached: true } paced)
        {
            holdsUp = !paced.Pace.Allows(produced, paced.Parsed);
            allowed = paced.Parsed + paced.Pace.Size;
        }

        if (allowed != limit)
        {
            limitOutput(limit = allowed);
        }

        if (!holdsUp)
        {
            isWatched = false;
        }
        else if (isProgress || !isWatched)
        {
            isWatched = true;
            silence.Change(SilenceTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void GiveUpDriver()
    {
        lock (gate)
        {
            if (!isWatched)
            {
                return;
            }

            isWatched = false;
        }

        Change(() =>
        {
            if (driver is { IsAttached: true } slow && !slow.Pace.Allows(produced, slow.Parsed))
            {
                slow.Responsive = false;
            }
        });
    }
}

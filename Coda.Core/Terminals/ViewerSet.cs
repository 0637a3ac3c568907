namespace Coda.Core.Terminals;

/// <summary>The viewers of one terminal: which of them drives, so that its size is the terminal's.</summary>
internal sealed class ViewerSet
{
    private readonly Action<Caller, TerminalSize> resize;
    private readonly Action changed;
    private readonly Lock gate = new();
    private readonly List<TerminalViewer> viewers = [];
    private TerminalViewer? driver;
    private long typed;

    /// <summary>Begins without viewers.</summary>
    /// <param name="resize">Takes the driver's size; must not wait.</param>
    /// <param name="changed">Is called when another drives, or more or fewer look.</param>
    public ViewerSet(Action<Caller, TerminalSize> resize, Action changed) => (this.resize, this.changed) = (resize, changed);

    public bool IsDriver(TerminalViewer viewer)
    {
        lock (gate)
        {
            return viewer == driver;
        }
    }

    /// <summary>What the driver is shown on; null = no viewer.</summary>
    public ViewerDevice? Driver
    {
        get
        {
            lock (gate)
            {
                return driver?.Device;
            }
        }
    }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return viewers.Count;
            }
        }
    }

    public TerminalViewer Add(Caller caller, Terminal terminal, TerminalSize size, ViewerDevice device)
    {
        var viewer = new TerminalViewer(caller, terminal, this, size, device);
        Change(() => viewers.Add(viewer));
        return viewer;
    }

    public void Remove(TerminalViewer viewer) => Change(() => viewers.Remove(viewer));

    /// <summary>The viewer typed: it drives from now on. An answer from a phone gives no window with a mouse another size.</summary>
    public void Typed(TerminalViewer viewer) => Change(() =>
    {
        if (!viewer.Device.IsTouch || !viewers.Exists(other => other.IsAttached && !other.Device.IsTouch))
        {
            viewer.TypedAt = ++typed;
        }
    });

    /// <summary>The viewer drives from now on, whatever it is shown on.</summary>
    public void Fit(TerminalViewer viewer) => Change(() => viewer.TypedAt = ++typed);

    /// <summary>Changes a viewer's state, then decides who drives.</summary>
    public void Change(Action change)
    {
        bool isAnother;
        lock (gate)
        {
            var before = (driver, viewers.Count);
            change();

            // Who typed last, else who came first. A page that is away does not count while another is there.
            driver = viewers.OrderByDescending(viewer => viewer.IsAttached).ThenByDescending(viewer => viewer.TypedAt).FirstOrDefault();
            isAnother = (driver, viewers.Count) != before;
            if (driver is { IsAttached: true })
            {
                resize(driver.Caller, driver.Size);
            }
        }

        if (isAnother)
        {
            changed();
        }
    }
}

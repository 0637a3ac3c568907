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
    /// <param name="changed">Is called when another drives.</param>
    public ViewerSet(Action<Caller, TerminalSize> resize, Action changed) => (this.resize, this.changed) = (resize, changed);

    public bool IsDriver(TerminalViewer viewer)
    {
        lock (gate)
        {
            return viewer == driver;
        }
    }

    public TerminalViewer Add(Caller caller, Terminal terminal, TerminalSize size)
    {
        var viewer = new TerminalViewer(caller, terminal, this, size);
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
        }

        if (driverChanged)
        {
            changed();
        }
    }
}

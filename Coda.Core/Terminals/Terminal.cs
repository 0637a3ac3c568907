using Coda.Core.Recordings;

namespace Coda.Core.Terminals;

/// <summary>How a viewer that attaches starts.</summary>
/// <param name="Offset">Where its cursor begins.</param>
/// <param name="Preamble">Bytes to write first: they set the modes in force at <paramref name="Offset"/>. Empty at offset 0.</param>
public sealed record AttachPlan(long Offset, byte[] Preamble)
{
    /// <summary>Whether output before <see cref="Offset"/> exists and is left out.</summary>
    public bool EarlierOmitted => Offset > 0;
}

/// <summary>A running program on a PTY, its recording and its viewers.</summary>
public sealed class Terminal
{
    /// <summary>Its name.</summary>
    public TerminalId Id => throw new NotImplementedException();

    /// <summary>Decides who may type.</summary>
    public TerminalMode Mode => throw new NotImplementedException();

    /// <summary>Given at creation.</summary>
    public string Label => throw new NotImplementedException();

    /// <summary>The agent that runs in it, or null.</summary>
    public string? Agent => throw new NotImplementedException();

    /// <summary>The task that owns it, or null.</summary>
    public string? TaskId => throw new NotImplementedException();

    /// <summary>What the program set with OSC 0/2, plain text, at most 256 characters; else the label.</summary>
    public string Title => throw new NotImplementedException();

    /// <summary>The size in force.</summary>
    public TerminalSize Size => throw new NotImplementedException();

    /// <summary>When it was opened.</summary>
    public DateTimeOffset CreatedAt => throw new NotImplementedException();

    /// <summary>Last output, input or heartbeat.</summary>
    public DateTimeOffset LastActivity => throw new NotImplementedException();

    /// <summary>When it will be ended unless something happens; null for tasks, which have a timeout instead.</summary>
    public DateTimeOffset? IdleDeadline => throw new NotImplementedException();

    /// <summary>Whether 80 % of the idle time has passed.</summary>
    public bool IdleWarning => throw new NotImplementedException();

    /// <summary>Its output.</summary>
    public Recording Recording => throw new NotImplementedException();

    /// <summary>How it ended; null while it lives.</summary>
    public TerminalEnd? End => throw new NotImplementedException();

    /// <summary>Completes when the program is gone, its leftovers are ended and the recording is complete.</summary>
    public Task<TerminalEnd> Ended => throw new NotImplementedException();

    /// <summary>Raised (on any thread, not while a lock is held) when title, size, driver, warning or end changed.</summary>
    public event Action? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }

    /// <summary>Where a viewer that has nothing begins.</summary>
    public AttachPlan PlanAttach() => throw new NotImplementedException();

    /// <summary>Adds a viewer; disposing it is detaching.</summary>
    /// <param name="size">What fits its window.</param>
    public TerminalViewer Attach(TerminalSize size) => throw new NotImplementedException();

    /// <summary>Types into the terminal, in order with other writers; false when it is read-only or has ended.</summary>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Changes the size, where the mode allows it.</summary>
    public void Resize(TerminalSize size) => throw new NotImplementedException();

    /// <summary>Somebody looks at it: pushes the idle deadline out.</summary>
    public void Heartbeat() => throw new NotImplementedException();

    /// <summary>Ends it; idempotent, safe from every path at once. Completes with <see cref="Ended"/>.</summary>
    public Task<TerminalEnd> EndAsync(TerminalEndReason reason) => throw new NotImplementedException();
}

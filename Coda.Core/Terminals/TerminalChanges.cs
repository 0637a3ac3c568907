namespace Coda.Core.Terminals;

/// <summary>What of a terminal changed.</summary>
[Flags]
public enum TerminalChanges
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It was opened, or it ended.</summary>
    Listed = 1,

    /// <summary>Its title.</summary>
    Title = 2,

    /// <summary>Its state.</summary>
    State = 4,

    /// <summary>Its size.</summary>
    Size = 8,

    /// <summary>Its colours.</summary>
    Scheme = 16,

    /// <summary>Which viewer drives, or how many there are.</summary>
    Driver = 32,

    /// <summary>Whether it will soon be ended because it is idle.</summary>
    Idle = 64,

    /// <summary>Whether all of it is recorded.</summary>
    Recording = 128,

    /// <summary>What the last line on its screen says; of a task's terminal only.</summary>
    LastLine = 256,

    /// <summary>Where the user's shell works.</summary>
    Directory = 512,
}

/// <summary>Something of a terminal changed.</summary>
/// <param name="Id">Which terminal.</param>
/// <param name="Kinds">What of it.</param>
public readonly record struct TerminalChanged(TerminalId Id, TerminalChanges Kinds);

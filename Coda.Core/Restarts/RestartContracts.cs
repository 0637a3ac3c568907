using Coda.Core.Terminals;

namespace Coda.Core.Restarts;

/// <summary>What can be done about a terminal that has ended.</summary>
/// <param name="CanRestart">Whether it can be started again here: no task's terminal can, and no hand-off whose files never came.</param>
/// <param name="CanContinue">Whether its agent can continue the conversation.</param>
/// <param name="Running">The terminal that runs in its place now; null = none.</param>
public sealed record RestartOffer(bool CanRestart, bool CanContinue, TerminalId? Running);

/// <summary>The outcome of starting all terminals again that the last server took with it.</summary>
/// <param name="Restarted">How many run.</param>
/// <param name="Notes">What is otherwise than before or could not be, each a line with the terminal's title.</param>
public sealed record RestartedAll(int Restarted, IReadOnlyList<string> Notes);

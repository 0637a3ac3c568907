using Coda.Core.Terminals;
using Coda.Web.Security;
using MudBlazor;

namespace Coda.Web.Components.Terminals;

/// <summary>Ends a terminal once its user has confirmed it.</summary>
public sealed class EndTerminal(IDialogService dialogs, CircuitCaller caller)
{
    /// <summary>Asks, and ends; false when the user would rather not.</summary>
    public async Task<bool> AskAsync(Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        var confirmed = await dialogs.ShowMessageBoxAsync(
            "End this terminal?",
            $"“{terminal.Title}” and everything that runs in it will be ended. Its recording is kept.",
            yesText: "End it",
            cancelText: "Cancel");
        if (confirmed == true)
        {
            await terminal.EndAsync(await caller.GetAsync(), TerminalEndReason.Closed);
        }

        return confirmed == true;
    }
}

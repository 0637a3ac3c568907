using Coda.Core.Restarts;
using Coda.Core.Terminals;
using Coda.Web.Components.Layout;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Coda.Web.Components.Terminals;

/// <summary>Starts ended terminals again for a visitor and leads to the new one.</summary>
public sealed class RestartTerminal(
    TerminalRestarts restarts, CircuitCaller caller, Appearance appearance, NavigationManager navigation)
{
    private (TerminalId Id, string Text) note;

    /// <summary>Starts one again and shows it in place of the old one; else the reason why not.</summary>
    public async Task<string?> HereAsync(TerminalId ended, TerminalSize size, bool continueConversation, CancellationToken cancellation)
    {
        var opening = await restarts.RestartAsync(
            await caller.GetAsync(), ended, size, appearance.Scheme, continueConversation, cancellation);
        if (opening is not TerminalOpening.Opened { Terminal.Id: var id } opened)
        {
            return ((TerminalOpening.Refused)opening).Message;
        }

        note = (id, opened.Note);
        navigation.NavigateTo($"terminals/{id}", replace: true);
        return null;
    }

    /// <summary>Starts those again that the last server took with it.</summary>
    public async Task<RestartedAll> AllAsync(CancellationToken cancellation) =>
        await restarts.RestartAllAsync(await caller.GetAsync(), TerminalSize.Default, cancellation);

    /// <summary>What is otherwise than before in a terminal that was started again; empty = nothing.</summary>
    public string NoteOf(TerminalId id) => note.Id == id ? note.Text : "";

    /// <summary>It has been read.</summary>
    public void ForgetNote() => note = default;
}

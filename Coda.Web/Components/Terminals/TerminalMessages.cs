using Coda.Core.Storage;
using Coda.Core.Terminals;
using Coda.Web.Components.Forms;
using Coda.Web.Security;

namespace Coda.Web.Components.Terminals;

/// <summary>Takes messages that people have written apart from the terminal, and types them.</summary>
internal static class TerminalMessages
{
    /// <summary>Maps them.</summary>
    public static void MapTerminalMessages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/terminals/{id}/messages", SendAsync).DisableAntiforgery(); // a form's id takes its place

    private static async Task<IResult> SendAsync(
        HttpContext context, string id, MessageForm form, TerminalRegistry terminals, RememberedCalls calls)
    {
        var terminal = TerminalId.TryParse(id, out var known) ? terminals.Find(known) : null;
        return await SentForm.TakeAsync(
            context,
            form with { Terminal = id },
            calls,
            async () => terminal is not null
                && await terminal.SendAsync(Callers.Of(context.User), form.Text ?? "", form.Enter, CancellationToken.None)
                    ? new CallOutcome.Begun(id)
                    : new CallOutcome.Refused("The terminal has ended, or takes no input. What you wrote is still here."),
            _ => new { sent = true },
            "Look at the terminal before you send it again.");
    }

    /// <summary>A message, as the page has it.</summary>
    internal sealed record MessageForm(string? Text = "", bool Enter = true, string Terminal = "");
}

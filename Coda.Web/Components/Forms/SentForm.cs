using System.Security.Cryptography;
using System.Text.Json;
using Coda.Core.Storage;
using Coda.Web.Security;

namespace Coda.Web.Components.Forms;

/// <summary>
/// What people write, sent by a plain POST of the page: a long text typed through the circuit would cross it whole with every key, and
/// could not pass its limit. A form carries an id, so that one that is sent again takes effect once.
/// </summary>
internal static class SentForm
{
    /// <summary>Names the form. A page of another site cannot send it without asking first.</summary>
    public const string IdHeader = "X-Coda-Form";

    private const int LongestId = 64;

    /// <summary>Lets the form take effect, if it has not yet, and says what came of it as JSON.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">Its content: another one with the same id is refused.</param>
    /// <param name="calls">Remembers it.</param>
    /// <param name="begin">Takes effect. Not with the request's own cancellation: a page that goes away has still sent its form.</param>
    /// <param name="answer">The JSON of an outcome.</param>
    /// <param name="lost">What to do when the server stopped in the middle of it.</param>
    public static async Task<IResult> TakeAsync<T>(
        HttpContext context, T form, RememberedCalls calls, Func<Task<CallOutcome>> begin, Func<string, object> answer, string lost)
    {
        var id = context.Request.Headers[IdHeader].ToString();
        if (id.Length is 0 or > LongestId)
        {
            return Results.BadRequest(new { message = "This form is sent by CoDA's own pages only." });
        }

        var outcome = await calls.BeginOnceAsync(
            new CallKey(context.User.Identity?.Name ?? "", context.Request.Path, id),
            Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(form))),
            begin,
            CancellationToken.None);
        return outcome switch
        {
            CallOutcome.Begun(var begun) => Results.Json(answer(begun)),
            CallOutcome.Refused(var message) => Results.UnprocessableEntity(new { message }),
            CallOutcome.Other => Results.UnprocessableEntity(
                new { message = "This form was sent before with another content. Reload the page and send it again." }),
            _ => Results.UnprocessableEntity(new { message = $"The server stopped while this was sent. {lost}" }),
        };
    }
}

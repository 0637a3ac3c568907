using Coda.Core;
using Coda.Core.Terminals;
using Coda.Core.Uploads;
using Coda.Web.Components.Forms;
using Coda.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Coda.Web.Uploads;

/// <summary>
/// Takes files for the programs in a terminal, as the plain body of a request: through the circuit they would hold up its keys. They are
/// never served.
/// </summary>
internal static class UploadEndpoints
{
    /// <summary>Maps <c>/terminals/{id}/files</c>. How large a body may be is the folder's to say, of each file.</summary>
    public static void MapCodaUploads(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/terminals/{id}/files", KeepAsync).DisableAntiforgery().WithMetadata(new DisableRequestSizeLimitAttribute());

    private static async Task<IResult> KeepAsync(
        HttpContext context, string id, TerminalRegistry terminals, UploadFolder folder, string name = "")
    {
        var request = context.Request;
        if (!request.Headers.ContainsKey(SentForm.IdHeader))
        {
            return Refuse(StatusCodes.Status400BadRequest, "Files are sent by CoDA's own pages only.");
        }

        var isId = TerminalId.TryParse(id, out var known);
        if (!isId || terminals.Find(known) is not { } terminal)
        {
            return isId && await terminals.FindRecordAsync(known, context.RequestAborted) is not null
                ? Refuse(StatusCodes.Status409Conflict, "This terminal has ended. Nothing was uploaded; open another one for the file.")
                : Refuse(StatusCodes.Status404NotFound, "There is no such terminal. Nothing was uploaded.");
        }

        return await folder.KeepAsync(
                Callers.Of(context.User), terminal, name, request.ContentLength, request.Body, context.RequestAborted) switch
        {
            UploadOutcome.Kept(var path) => Results.Json(new { path, typed = $"{ShellWord.Quote(path)} " }),
            UploadOutcome.Refused(var reason, var message) => Refuse(StatusOf(reason), message),
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }

    private static int StatusOf(UploadRefusal reason) => reason switch
    {
        UploadRefusal.ReadOnly => StatusCodes.Status409Conflict,
        UploadRefusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        UploadRefusal.NoRoom => StatusCodes.Status507InsufficientStorage,
        UploadRefusal.Cut => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static IResult Refuse(int status, string message) => Results.Json(new { message }, statusCode: status);
}

using Coda.Core.Recordings;
using Coda.Core.Terminals;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Coda.Web.Recordings;

/// <summary>Recordings over HTTP.</summary>
public static class RecordingEndpoints
{
    /// <summary>Maps <c>/recordings/{id}</c>.</summary>
    public static void MapCodaRecordings(this IEndpointRouteBuilder app)
    {
        var recordings = app.MapGroup("/recordings");
        recordings.MapMethods("/{id}/output", [HttpMethods.Get, HttpMethods.Head], (string id, RecordingArchive archive, TerminalRegistry registry, CancellationToken cancellation) =>
            ServeAsync(id, archive, registry, files => new GrowingFile(files.OutputPath, "application/octet-stream"), cancellation));
        recordings.MapMethods("/{id}/timing", [HttpMethods.Get, HttpMethods.Head], (string id, RecordingArchive archive, TerminalRegistry registry, CancellationToken cancellation) =>
            ServeAsync(id, archive, registry, files => new GrowingFile(files.TimingPath, "text/plain; charset=utf-8"), cancellation));
    }

    /// <summary>404 for what never was, 410 for what is no longer kept.</summary>
    private static async Task<IResult> ServeAsync(
        string asked, RecordingArchive archive, TerminalRegistry registry, Func<RecordingFiles, IResult> serve, CancellationToken cancellation) =>
        !TerminalId.TryParse(asked, out var id) ? TypedResults.NotFound()
        : archive.Find(id.ToString()) is { } files ? serve(files)
        : await registry.FindRecordAsync(id, cancellation) is null ? TypedResults.NotFound()
        : TypedResults.StatusCode(StatusCodes.Status410Gone);
}

using Coda.Core.Recordings;
using Coda.Core.Terminals;

namespace Coda.Web.Recordings;

/// <summary>Finds the recording that a route names.</summary>
internal sealed class RecordingLookup(RecordingArchive archive, TerminalRegistry registry)
{
    /// <summary>Serves it; 404 for what never was, 410 for what is no longer kept.</summary>
    public async Task<IResult> ServeAsync(string asked, Func<RecordingFiles, IResult> serve, CancellationToken cancellation) =>
        await ServeAsync(asked, files => Task.FromResult(serve(files)), cancellation);

    /// <summary>Serves what is found in it.</summary>
    public async Task<IResult> ServeAsync(string asked, Func<RecordingFiles, Task<IResult>> serve, CancellationToken cancellation) =>
        !TerminalId.TryParse(asked, out var id) ? TypedResults.NotFound()
        : archive.Find(id.ToString()) is { } files ? await serve(files)
        : await registry.FindRecordAsync(id, cancellation) is null ? TypedResults.NotFound()
        : TypedResults.StatusCode(StatusCodes.Status410Gone);
}

using Coda.Core.Recordings;
using Coda.Core.Replays;

namespace Coda.Web.Recordings;

/// <summary>Recordings over HTTP.</summary>
public static class RecordingEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds what the routes need.</summary>
    public static IServiceCollection AddCodaRecordings(this IServiceCollection services) => services.AddSingleton<RecordingLookup>();

    /// <summary>Maps <c>/recordings/{id}</c>.</summary>
    public static void MapCodaRecordings(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/recordings/{id}/output", Reading, (string id, RecordingLookup lookup, CancellationToken cancellation) =>
            lookup.ServeAsync(id, files => new GrowingFile(files.OutputPath, "application/octet-stream"), cancellation));
        app.MapMethods("/recordings/{id}/timing", Reading, (string id, RecordingLookup lookup, CancellationToken cancellation) =>
            lookup.ServeAsync(id, files => new GrowingFile(files.TimingPath, "text/plain; charset=utf-8"), cancellation));
        app.MapMethods("/recordings/{id}/keyframes", Reading, (string id, RecordingLookup lookup, CancellationToken cancellation) =>
            lookup.ServeAsync(id, ServeKeyframes, cancellation));
        app.MapGet("/recordings/{id}/overview", ServeOverviewAsync);
        app.MapGet("/recordings/{id}.cast", ServeCastAsync);
    }

    private static IResult ServeKeyframes(RecordingFiles files) => File.Exists(files.KeyframesPath)
        ? new GrowingFile(files.KeyframesPath, "application/octet-stream")
        : TypedResults.NotFound();

    private static Task<IResult> ServeOverviewAsync(
        string id, RecordingLookup lookup, RecordingOverviews overviews, HttpContext context, CancellationToken cancellation) =>
        lookup.ServeAsync(
            id,
            async files =>
            {
                context.Response.Headers.CacheControl = "no-store";
                return await overviews.FindAsync(files, cancellation) is { } overview
                    ? TypedResults.Bytes(overview, "application/json")
                    : TypedResults.StatusCode(StatusCodes.Status410Gone);
            },
            cancellation);

    private static async Task<IResult> ServeCastAsync(
        string id, RecordingLookup lookup, CancellationToken cancellation, int version = Asciicast.Newest) =>
        version is Asciicast.Newest or Asciicast.Older
            ? await lookup.ServeAsync(
                id,
                files => TypedResults.Stream(
                    to => Asciicast.WriteAsync(files, to, version, cancellation), "application/x-asciicast", $"{id}.cast"),
                cancellation)
            : TypedResults.Text(
                $"There is no asciicast version {version} here; ask for 3 or 2.", statusCode: StatusCodes.Status400BadRequest);
}

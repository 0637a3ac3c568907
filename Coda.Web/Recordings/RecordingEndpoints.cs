namespace Coda.Web.Recordings;

/// <summary>Recordings over HTTP.</summary>
public static class RecordingEndpoints
{
    /// <summary>Maps <c>/recordings/{id}</c>.</summary>
    public static void MapCodaRecordings(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}

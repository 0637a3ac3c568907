namespace Coda.Web.Circuits;

/// <summary>
/// What circuits log, until the server stops: open pages then fail to draw what ends with it, and that is no news.
/// </summary>
internal sealed class CircuitLog
{
    private const string Category = "Microsoft.AspNetCore.Components";
    private volatile bool stopping;

    /// <summary>Adds the filter.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var log = new CircuitLog();
        services.AddSingleton(log);
        services.AddLogging(logging => logging.AddFilter(Category, level => level >= LogLevel.Warning && !log.stopping));
    }

    /// <summary>Falls silent when the server begins to stop.</summary>
    public void EndWith(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.Register(() => stopping = true);
}

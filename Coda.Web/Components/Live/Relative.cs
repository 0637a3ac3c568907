namespace Coda.Web.Components.Live;

/// <summary>Times and spans as people say them.</summary>
public static class Relative
{
    /// <summary>"3 min ago", "in 2 h".</summary>
    public static string Words(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = at - now;
        return distance.Duration() < TimeSpan.FromSeconds(5) ? "just now"
            : distance > TimeSpan.Zero ? $"in {Span(distance)}"
            : $"{Span(distance)} ago";
    }

    /// <summary>The largest unit that fits.</summary>
    public static string Span(TimeSpan span)
    {
        span = span.Duration();
        return span switch
        {
            { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
            { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min",
            { TotalHours: < 48 } => $"{(int)span.TotalHours} h",
            _ => $"{(int)span.TotalDays} days",
        };
    }
}

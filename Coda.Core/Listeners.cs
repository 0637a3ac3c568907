using Microsoft.Extensions.Logging;

namespace Coda.Core;

/// <summary>
/// Calls the listeners of an event one by one: one that fails is logged, and neither the others nor the source fail with it.
/// </summary>
public static partial class Listeners
{
    /// <summary>Calls those of an event without arguments.</summary>
    public static void Call(Action? listeners, ILogger log)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener();
            }
            catch (Exception e)
            {
                LogFailed(log, e);
            }
        }
    }

    /// <summary>Calls those of an event with one argument.</summary>
    public static void Call<T>(Action<T>? listeners, T argument, ILogger log)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener(argument);
            }
            catch (Exception e)
            {
                LogFailed(log, e);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A listener failed; the others were called.")]
    private static partial void LogFailed(ILogger log, Exception failure);
}

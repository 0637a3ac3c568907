using System.Collections.Concurrent;
using System.Security.Claims;
using Coda.Core.Tasks;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Mcp;

/// <summary>How many tasks one caller may start in a minute: a model that has run into a loop is stopped here, not by the bill.</summary>
internal sealed class StartLimit(IOptions<TaskOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LinkedList<DateTimeOffset>> startsByCaller = new(StringComparer.Ordinal);

    /// <summary>Answers a call that started nothing, and uncounts it: it has cost nothing.</summary>
    public CallToolResult Refuse(ClaimsPrincipal? caller, string message)
    {
        var starts = StartsOf(caller);
        lock (starts)
        {
            if (starts.Count > 0)
            {
                starts.RemoveLast();
            }
        }

        return ToolResult.Error(message);
    }

    /// <summary>Counts a start; when there were too many, does not, and says how long to wait.</summary>
    /// <param name="caller">As the gate admitted it; whatever else a call says of its sender is a label.</param>
    public string? Take(ClaimsPrincipal? caller)
    {
        var most = options.Value.StartsPerMinute;
        var starts = StartsOf(caller);
        lock (starts)
        {
            var now = time.GetUtcNow();
            while (starts.First is { } oldest && now - oldest.Value >= Minute)
            {
                starts.RemoveFirst();
            }

            if (starts.Count < most)
            {
                starts.AddLast(now);
                return null;
            }

            var wait = Math.Ceiling((starts.First!.Value + Minute - now).TotalSeconds);
            return $"Too many tasks were started: at most {most} a minute. "
                + $"Wait {wait:N0} s, and check that they are not started in a loop. "
                + "(The operator sets Tasks:StartsPerMinute.)";
        }
    }

    private LinkedList<DateTimeOffset> StartsOf(ClaimsPrincipal? caller) => startsByCaller.GetOrAdd(caller?.Identity?.Name ?? "", _ => []);
}

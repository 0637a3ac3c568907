using Coda.Core.Tasks;
using Coda.Core.Terminals;

namespace Coda.Web.Mcp;

/// <summary>Keeps <c>/?session=…</c> working, the form that viewer links once had: for terminals, sessions and tasks.</summary>
internal sealed class LegacyLinks(RequestDelegate next)
{
    /// <summary>Redirects such a link; what it does not know goes on to the start page.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var id = context.Request.Path == "/" ? context.Request.Query["session"].ToString() : "";
        if (id.Length > 0 && await ResolveAsync(id, context.RequestServices, context.RequestAborted) is { } target)
        {
            context.Response.Redirect(target);
            return;
        }

        await next(context);
    }

    private static async Task<string?> ResolveAsync(string id, IServiceProvider services, CancellationToken cancellation)
    {
        if (TerminalId.TryParse(id, out var terminal))
        {
            // A terminal one may type into is shown where one can.
            return services.GetRequiredService<TerminalRegistry>().Find(terminal) is { Mode: not TerminalMode.Run, End: null }
                ? $"/terminals/{terminal}"
                : $"/replay/{terminal}";
        }

        var tasks = services.GetRequiredService<TaskService>();
        var task = SessionId.TryParse(id, out var session) ? await tasks.FindBySessionAsync(session, cancellation)
            : TaskId.TryParse(id, out var taskId) ? await tasks.FindAsync(taskId, cancellation)
            : null;
        return task is { TerminalId.Length: > 0 } ? $"/replay/{task.TerminalId}" : null;
    }
}

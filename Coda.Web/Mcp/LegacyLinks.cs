using Coda.Web.Components.Terminals;

namespace Coda.Web.Mcp;

/// <summary>Keeps <c>/?session=…</c> working, the form that viewer links once had: for terminals, sessions and tasks.</summary>
internal sealed class LegacyLinks(RequestDelegate next)
{
    /// <summary>Redirects such a link; an id that is not known leads to the page that says so.</summary>
    public async Task InvokeAsync(HttpContext context, IdLinks links)
    {
        var id = context.Request.Path == "/" ? context.Request.Query["session"].ToString() : "";
        if (id.Length == 0)
        {
            await next(context);
            return;
        }

        context.Response.Redirect($"/{await links.ResolveAsync(id, context.RequestAborted)}");
    }
}

using System.Net.Mime;
using System.Text.Encodings.Web;
using Microsoft.Net.Http.Headers;

namespace Coda.Web.Security;

/// <summary>How a refusal looks: a page for people, JSON for programs.</summary>
internal static class RefusalPage
{
    /// <summary>Whether a person waits for this answer in a browser window.</summary>
    public static bool IsPageLoad(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Headers.ContainsKey(HeaderNames.Upgrade)
        && !request.Path.StartsWithSegments(GateSetup.McpPath)
        && request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);

    /// <summary>Ends a request with a refusal.</summary>
    public static Task WriteAsync(HttpContext context, int status, string title, string message)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        if (status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return IsPageLoad(context.Request)
            ? WritePageAsync(context, title, $"<p>{HtmlEncoder.Default.Encode(message)}</p>")
            : context.Response.WriteAsJsonAsync(new { error = title, message }, context.RequestAborted);
    }

    /// <summary>Writes a page that needs no other file, because those are behind the gate.</summary>
    public static Task WritePageAsync(HttpContext context, string title, string bodyHtml)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{{title}} · CoDA</title>
            <link rel="icon" href="data:,">
            <style>
              :root { color-scheme: light dark }
              body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-content: center }
              main { max-width: 34rem; padding: 2rem }
              h1 { font-size: 1.4rem }
              button { font: inherit; padding: .4rem 1rem }
              code { overflow-wrap: anywhere }
            </style>
            <main><h1>{{title}}</h1>{{bodyHtml}}</main>
            </html>
            """, context.RequestAborted);
    }
}

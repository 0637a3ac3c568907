using System.Security.Cryptography;

namespace Coda.Web.Security;

/// <summary>What every response tells the browser not to do.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Sets the headers; <c>/mcp</c> gets no content policy, which broke a client's transport once.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            if (!context.Request.Path.StartsWithSegments(GateSetup.McpPath))
            {
                headers.ContentSecurityPolicy = Policy(context);
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Styles may be inline (MudBlazor and xterm.js set them); scripts only where a page asked for a nonce.</summary>
    private static string Policy(HttpContext context) =>
        "default-src 'none'; "
        + $"script-src 'self' 'wasm-unsafe-eval'{(context.Items[typeof(CspNonce)] is string nonce ? $" 'nonce-{nonce}'" : "")}; "
        + "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "worker-src 'self' blob:; manifest-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
}

/// <summary>The one inline script a page may need (its import map) carries a nonce that this response alone allows.</summary>
internal static class CspNonce
{
    /// <summary>The nonce of this response; asking for it before the response starts puts it into the policy.</summary>
    public static string CspNonceValue(this HttpContext context)
    {
        if (context.Items[typeof(CspNonce)] is not string nonce)
        {
            context.Items[typeof(CspNonce)] = nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        }

        return nonce;
    }
}

using Coda.Core.Security;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>The login page of local mode: exchanges a code for the cookie and goes on to the page first asked for.</summary>
internal sealed class LoginEndpoints(IOptions<AccessOptions> access, LoginCodes codes, LoginLinks links, AdmissionCookie cookie)
{
    /// <summary>Where it lies.</summary>
    public const string Path = "/login";

    private const string ReturnCookie = "coda-return";

    /// <summary>Whether there is a login page at all.</summary>
    public bool IsOpen => access.Value.Auth == AuthMode.Local;

    /// <summary>Maps the page and its button.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (IsOpen)
        {
            endpoints.MapGet(Path, EnterAsync);
            endpoints.MapPost($"{Path}/link", PrintLinkAsync);
        }
    }

    /// <summary>Answers a page load of somebody unknown: remembers the page and says how to get in.</summary>
    public static Task AskAsync(HttpContext context)
    {
        context.Response.Cookies.Append(ReturnCookie, $"{context.Request.Path}{context.Request.QueryString}", ReturnCookieOptions(context));
        return AskAsync(context, "This page is for the person who runs this server.");
    }

    private async Task EnterAsync(HttpContext context)
    {
        var code = context.Request.Query["code"].ToString();
        if (code.Length > 0 && codes.TryRedeem(code))
        {
            cookie.Give(context, access.Value.CallerName, LocalDoor.CookieLifetime);
            var target = context.Request.Cookies[ReturnCookie] ?? "/";
            context.Response.Cookies.Delete(ReturnCookie, ReturnCookieOptions(context));
            context.Response.Redirect(IsLocalPath(target) ? target : "/");
        }
        else if (cookie.TryRead(context, out _, out _))
        {
            context.Response.Redirect("/");
        }
        else
        {
            await AskAsync(context, code.Length > 0 ? "This login link has been used or is too old." : "This page is for the person who runs this server.");
        }
    }

    private Task PrintLinkAsync(HttpContext context) => Refusal.WritePageAsync(context, "Sign in", links.TryPrint()
        ? "<p>A new login link is on the server's console now. It works once, for ten minutes.</p>"
        : "<p>A login link was printed just now: look at the server's console. In ten seconds another can be asked for.</p>");

    private static Task AskAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Refusal.WritePageAsync(context, "Sign in", $"""
            <p>{reason} Open the login link that the server printed on its console.</p>
            <form method="post" action="{Path}/link"><button>Print a new login link there</button></form>
            """);
    }

    private static CookieOptions ReturnCookieOptions(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = Path, IsEssential = true };

    /// <summary>Only paths on this server: browsers take <c>//</c> and <c>/\</c> for another host.</summary>
    private static bool IsLocalPath(string target) =>
        target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\') && !target.Any(char.IsControl);
}

using Coda.Core.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>The login page of local mode: exchanges a code for the cookie and returns to the page first asked for.</summary>
internal sealed partial class LoginEndpoints(
    IOptions<AccessOptions> access,
    LoginCodes codes,
    LoginLinks links,
    SignInCookie cookie,
    SignIns signIns,
    ILogger<LoginEndpoints> log)
{
    /// <summary>Its path.</summary>
    public const string Path = "/login";

    /// <summary>Where a browser signs out, by POST.</summary>
    public const string SignOutPath = "/login/out";

    private const string ReturnCookie = "coda-return";
    private const int LargestForm = 4 << 10;
    private const string HowToComeIn =
        "To come in, open a login link: the server prints one on its console when it starts, and a new one whenever you ask.";

    /// <summary>Whether there is a login page at all.</summary>
    public bool IsOpen => access.Value.Auth == AuthMode.Local;

    /// <summary>Maps the page and its button.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (IsOpen)
        {
            endpoints.MapGet(Path, ShowAsync);
            endpoints.MapPost(Path, EnterAsync).WithMetadata(new RequestSizeLimitAttribute(LargestForm));
            endpoints.MapPost($"{Path}/link", PrintLinkAsync);
            endpoints.MapPost(SignOutPath, SignOutAsync);
        }
    }

    /// <summary>Answers a page load of an unknown visitor: remembers the page and says how to get in.</summary>
    public static Task AskAsync(HttpContext context)
    {
        context.Response.Cookies.Append(ReturnCookie, $"{context.Request.Path}{context.Request.QueryString}", ReturnCookieOptions(context));
        return AskAsync(context, "This page is for the person who runs this server.");
    }

    private Task ShowAsync(HttpContext context)
    {
        if (cookie.Read(context) is null)
        {
            return WriteAsync(context, "This page is for the person who runs this server.");
        }

        context.Response.Redirect("/");
        return Task.CompletedTask;
    }

    private async Task EnterAsync(HttpContext context)
    {
        if (codes.TryRedeem(await CodeOfAsync(context.Request)))
        {
            cookie.Give(context, access.Value.CallerName, LocalAuthenticator.CookieLifetime);
        }
        else if (cookie.Read(context) is null)
        {
            LogWrongCode(context.Connection.RemoteIpAddress);
            await AskAsync(context, "This login link has been used or is too old.");
            return;
        }

        ReturnToFirstPage(context);
    }

    private Task SignOutAsync(HttpContext context)
    {
        if (cookie.Read(context) is { } proof)
        {
            signIns.End(proof.SignIn);
        }

        cookie.Take(context);
        context.Response.Headers["Clear-Site-Data"] = "\"storage\"";
        return WriteAsync(context, "This browser is signed out.");
    }

    private static void ReturnToFirstPage(HttpContext context)
    {
        var target = context.Request.Cookies[ReturnCookie] ?? "/";
        context.Response.Cookies.Delete(ReturnCookie, ReturnCookieOptions(context));
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = IsLocalPath(target) ? target : "/";
    }

    private static async Task<string> CodeOfAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? (await request.ReadFormAsync(request.HttpContext.RequestAborted))["code"].ToString() : "";
        }
        catch (InvalidDataException)
        {
            return ""; // not what the page sends
        }
    }

    private Task PrintLinkAsync(HttpContext context) => RefusalPage.WritePageAsync(context, "Sign in", $"""
        <p>{(links.TryPrint()
            ? "A new login link is on the server's console now. It works once, for ten minutes."
            : "A login link was printed just now: look at the server's console. In ten seconds another can be asked for.")}</p>
        {PrintButton("Print another")}
        """);

    private static string PrintButton(string text) => $"""<form method="post" action="{Path}/link"><button>{text}</button></form>""";

    private static Task AskAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return WriteAsync(context, reason);
    }

    private static Task WriteAsync(HttpContext context, string reason) =>
        RefusalPage.WritePageAsync(context, "Sign in", $"""
            <form id="sign-in" method="post" action="{Path}" hidden>
              <p>Whoever signs in here can use this server's terminals and agents.</p>
              <input type="hidden" name="code"><button>Sign in this browser</button>
            </form>
            <div id="no-code">
              <p>{reason} {HowToComeIn}</p>
              {PrintButton("Print a new login link there")}
            </div>
            <script src="{Path}/sign-in.js" type="module"></script>
            """);

    [LoggerMessage(LogLevel.Warning, "A login code that is wrong, used or too old was refused; it came from {Address}.")]
    private partial void LogWrongCode(System.Net.IPAddress? address);

    private static CookieOptions ReturnCookieOptions(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = Path, IsEssential = true };

    /// <summary>Only paths on this server: browsers take <c>//</c> and <c>/\</c> for another host.</summary>
    private static bool IsLocalPath(string target) =>
        target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal)
        && !target.Contains('\\') && !target.Any(char.IsControl);
}

using Coda.Core;
using Coda.Core.Security;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>Local mode: the bearer token, or the cookie that a login link was exchanged for.</summary>
internal sealed partial class LocalAuthenticator(
    IOptions<AccessOptions> access, SecretToken token, SignInCookie cookie, ILogger<LocalAuthenticator> log) : IAuthenticator
{
    /// <summary>How long a browser stays in without being used.</summary>
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    private const string Bearer = "Bearer ";

    private readonly string caller = access.Value.CallerName;

    /// <inheritdoc />
    public AuthenticationResult Judge(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            if (token.Matches(authorization[Bearer.Length..].Trim()))
            {
                return new AuthenticationResult.Admitted(new Caller(caller, CallerRole.Owner, Authentication.Token));
            }

            LogWrongToken(context.Connection.RemoteIpAddress);
            return new AuthenticationResult.Refused(
                401, "Wrong token", "The bearer token is not the content of CODA_HOME/token on the server.");
        }

        if (cookie.Read(context) is { } proof)
        {
            // In use: a page load past half the time starts it again. Anything else may be a stream that has no headers left to set.
            if (proof.Left < CookieLifetime / 2 && RefusalPage.IsPageLoad(context.Request))
            {
                cookie.Give(context, caller, CookieLifetime, proof.SignIn);
            }

            return new AuthenticationResult.Admitted(new Caller(caller, CallerRole.Owner, Authentication.Cookie), proof.SignIn);
        }

        return new AuthenticationResult.Refused(401, "Sign in",
            "Open the login link that the server printed on its console, "
            + "or send 'Authorization: Bearer <the content of CODA_HOME/token>'.");
    }

    [LoggerMessage(LogLevel.Warning, "A wrong token was refused; it came from {Address}.")]
    private partial void LogWrongToken(System.Net.IPAddress? address);
}

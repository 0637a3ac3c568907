using Coda.Core;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>Databricks Apps: the platform's proxy has signed the caller in and says who it is; only the owner is let in.</summary>
internal sealed class DatabricksAuthenticator(IOptions<AccessOptions> access, SignInCookie cookie) : IAuthenticator
{
    private const string EmailHeader = "X-Forwarded-Email";
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(1);

    /// <inheritdoc />
    public AuthenticationResult Judge(HttpContext context)
    {
        var owner = access.Value.OwnerEmail;
        if (owner.Length == 0)
        {
            return new AuthenticationResult.Refused(403, "No owner yet",
                "This CoDA admits no one because APP_OWNER_EMAIL is not set. "
                + "Set it to the owner's e-mail address in app.yaml and deploy again.");
        }

        if (context.Features.Get<PlatformProxy.Believed>() is null)
        {
            return new AuthenticationResult.Refused(403, "Not through the platform",
                "This CoDA is reached through Databricks Apps only; this request came from elsewhere. Open the app from the workspace.");
        }

        var caller = CallerOf(context);
        if (caller.Length == 0)
        {
            return new AuthenticationResult.Refused(403, "Not signed in",
                $"The platform did not say who you are ({EmailHeader} is missing). Open the app from the workspace.");
        }

        if (caller != owner)
        {
            return new AuthenticationResult.Refused(403, "This app belongs to another person",
                $"You are signed in as {caller}. This CoDA runs agents with its owner's credentials, so it admits its owner only. "
                + "Deploy one of your own.");
        }

        if (RefusalPage.IsPageLoad(context.Request))
        {
            cookie.Give(context, owner, CookieLifetime);
        }

        return new AuthenticationResult.Admitted(new Caller(owner, CallerRole.Owner, Authentication.Platform));
    }

    /// <summary>
    /// The proxy is known to leave its headers off WebSocket upgrades. For the circuit's, and only there, an admission that this server
    /// itself sealed when the page was loaded takes their place.
    /// </summary>
    private string CallerOf(HttpContext context)
    {
        var header = context.Request.Headers[EmailHeader];
        if (header.Count > 0)
        {
            return header.Count == 1 ? header.ToString().Trim().ToLowerInvariant() : "";
        }

        return context.WebSockets.IsWebSocketRequest && context.Request.Path == GateSetup.CircuitPath && cookie.Read(context) is { } proof
            ? proof.Who
            : "";
    }
}

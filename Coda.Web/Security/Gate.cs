namespace Coda.Web.Security;

/// <summary>Comes before everything: no request passes it unjudged, whatever the route.</summary>
internal sealed class Gate(RequestDelegate next, IAuthenticator authenticator, SignIns signIns, LoginEndpoints login)
{
    /// <summary>Lets the admitted through under their name and ends every other request here.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (IsOpen(context.Request))
        {
            return next(context);
        }

        switch (authenticator.Judge(context))
        {
            case AuthenticationResult.Admitted admitted:
                context.User = Callers.PrincipalOf(admitted.Caller);
                return admitted.SignIn is { } signIn ? signIns.PassAsync(signIn, context, next) : next(context);
            case AuthenticationResult.Refused { Status: 401 } when RefusalPage.IsPageLoad(context.Request):
                return LoginEndpoints.AskAsync(context);
            case AuthenticationResult.Refused refused:
                return RefusalPage.WriteAsync(context, refused.Status, refused.Title, refused.Message);
            default:
                throw new InvalidOperationException("The authenticator gave no result.");
        }
    }

    /// <summary>
    /// The health check says nothing; the login page is how one gets in. Preflights, which carry no credentials, were answered before.
    /// </summary>
    private bool IsOpen(HttpRequest request) =>
        request.Path == GateSetup.HealthPath
        || (login.IsOpen && request.Path.StartsWithSegments(LoginEndpoints.Path));
}

namespace Coda.Web.Security;

/// <summary>Stands before everything: nobody gets past it unjudged, whatever the route.</summary>
internal sealed class Gate(RequestDelegate next, IDoor door, SignIns signIns, LoginEndpoints login)
{
    /// <summary>Lets the admitted through under their name and ends every other request here.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (IsOpen(context.Request))
        {
            return next(context);
        }

        switch (door.Judge(context))
        {
            case Admission.Admitted admitted:
                context.User = Callers.PrincipalOf(admitted.Caller);
                return admitted.SignIn is { } signIn ? signIns.PassAsync(signIn, context, next) : next(context);
            case Admission.Refused { Status: 401 } when Refusal.IsPageLoad(context.Request):
                return LoginEndpoints.AskAsync(context);
            case Admission.Refused refused:
                return Refusal.WriteAsync(context, refused.Status, refused.Title, refused.Message);
            default:
                throw new InvalidOperationException("The door gave no answer.");
        }
    }

    /// <summary>
    /// The health check says nothing; the login page is how one gets in. Preflights, which carry no credentials, were answered before.
    /// </summary>
    private bool IsOpen(HttpRequest request) =>
        request.Path == GateSetup.HealthPath
        || (login.IsOpen && request.Path.StartsWithSegments(LoginEndpoints.Path));
}

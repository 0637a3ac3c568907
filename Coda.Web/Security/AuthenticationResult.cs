using Coda.Core;

namespace Coda.Web.Security;

/// <summary>What the gate says to a caller.</summary>
internal abstract record AuthenticationResult
{
    private AuthenticationResult()
    {
    }

    /// <summary>Come in, as this one.</summary>
    /// <param name="Caller">Who it is.</param>
    /// <param name="SignIn">With what is open under this sign-in; null = none can end it.</param>
    public sealed record Admitted(Caller Caller, string? SignIn = null) : AuthenticationResult;

    /// <summary>Not now: 401 where the caller can do something about it, else 403.</summary>
    public sealed record Refused(int Status, string Title, string Message) : AuthenticationResult;
}

/// <summary>One way to tell who calls.</summary>
internal interface IAuthenticator
{
    /// <summary>Judges a request.</summary>
    AuthenticationResult Judge(HttpContext context);
}

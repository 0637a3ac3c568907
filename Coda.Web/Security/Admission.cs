using System.Security.Claims;

namespace Coda.Web.Security;

/// <summary>What the gate says to a caller.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    /// <summary>Come in, as this one.</summary>
    /// <param name="Name">Who it is.</param>
    /// <param name="SignIn">With what is open under this sign-in; null = none can end it.</param>
    public sealed record Admitted(string Name, string? SignIn = null) : Admission
    {
        /// <summary>The caller as the rest of the server sees it.</summary>
        public ClaimsPrincipal ToPrincipal() =>
            new(new ClaimsIdentity([new(ClaimTypes.Name, Name), new(ClaimTypes.NameIdentifier, Name)], authenticationType: "coda"));
    }

    /// <summary>Not now: 401 where the caller can do something about it, else 403.</summary>
    public sealed record Refused(int Status, string Title, string Message) : Admission;
}

/// <summary>One way to tell who calls.</summary>
internal interface IDoor
{
    /// <summary>Judges a request.</summary>
    Admission Judge(HttpContext context);
}

using System.Security.Claims;
using Coda.Core;
using Microsoft.AspNetCore.Components.Authorization;

namespace Coda.Web.Security;

/// <summary>Who calls, as the gate found out: of a request, of an MCP call, of a circuit.</summary>
internal static class Callers
{
    private const string By = "coda:by";

    /// <summary>The caller as ASP.NET Core carries it.</summary>
    public static ClaimsPrincipal PrincipalOf(Caller caller) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, caller.Name), new(ClaimTypes.NameIdentifier, caller.Name),
            new(ClaimTypes.Role, caller.Role.ToString()), new(By, caller.By.ToString()),
        ],
        authenticationType: "coda"));

    /// <summary>The caller of a request that the gate has let through.</summary>
    /// <exception cref="InvalidOperationException">The gate has not seen it.</exception>
    public static Caller Of(ClaimsPrincipal? user) =>
        user?.Identity is { IsAuthenticated: true, Name: { } name }
        && Enum.TryParse<CallerRole>(user.FindFirstValue(ClaimTypes.Role), out var role)
        && Enum.TryParse<Authentication>(user.FindFirstValue(By), out var by)
            ? new Caller(name, role, by)
            : throw new InvalidOperationException("The caller is not known: the request did not pass the gate.");
}

/// <summary>Who looks at the pages of a circuit.</summary>
public sealed class CircuitCaller(AuthenticationStateProvider state)
{
    /// <summary>The visitor whom the gate has let in.</summary>
    public async Task<Caller> GetAsync() => Callers.Of((await state.GetAuthenticationStateAsync()).User);
}

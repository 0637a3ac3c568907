using Coda.Core;
using Coda.Web.Security;
using Microsoft.AspNetCore.Components.Authorization;

namespace Coda.Web.Tests.Hosting;

/// <summary>Who acts in tests that have no gate.</summary>
internal static class TestCaller
{
    public static Caller Owner { get; } = new("owner@example.com", CallerRole.Owner, Authentication.Cookie);

    /// <summary>The visitor of a circuit.</summary>
    public static CircuitCaller OfCircuit() => new(new Known());

    private sealed class Known : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(Callers.PrincipalOf(Owner)));
    }
}

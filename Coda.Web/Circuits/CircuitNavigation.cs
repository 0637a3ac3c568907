using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Coda.Web.Circuits;

/// <summary>
/// How a circuit came to its present page: by a link in one of its own pages, or by an address that it was loaded with or sent to. Only the
/// former shows that the person asked for what the page does; the address may be in a foreign page.
/// </summary>
public sealed class CircuitNavigation(NavigationManager navigation) : CircuitHandler, IDisposable
{
    /// <summary>Whether a link was followed last.</summary>
    public bool ByLink { get; private set; }

    /// <inheritdoc />
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        navigation.LocationChanged += OnLocationChanged;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose() => navigation.LocationChanged -= OnLocationChanged;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs location) => ByLink = location.IsNavigationIntercepted;
}

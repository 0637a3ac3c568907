using System.Reflection;
using Coda.Web.Circuits;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;

namespace Coda.Web.Tests.Circuits;

/// <summary>What counts as a lost connection.</summary>
public sealed class CircuitConnectionTests
{
    [Fact]
    public async Task A_call_that_Blazor_refuses_to_a_client_that_just_left_is_a_lost_connection_and_no_fault()
    {
        // Blazor's own proxy of a client that is not there: what it throws is a text, which may change with the framework.
        const string Proxy = "Microsoft.AspNetCore.Components.Server.Circuits.CircuitClientProxy";
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var type = typeof(Circuit).Assembly.GetType(Proxy, throwOnError: true)!;
        var proxy = (IClientProxy)Activator.CreateInstance(type, Any, null, [], null)!;
        var cancellation = TestContext.Current.CancellationToken;
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => proxy.SendCoreAsync("any", [], cancellation));

        using var connection = new CircuitConnection();
        await connection.OnConnectionUpAsync(null!, cancellation);
        var down = connection.Down;
        Assert.True(connection.IsOffline(refused));
        Assert.True(down.IsCancellationRequested);
        Assert.False(connection.WaitUpAsync(cancellation).IsCompleted);

        await connection.OnConnectionDownAsync(null!, cancellation);
        await connection.OnConnectionUpAsync(null!, cancellation);
        await connection.WaitUpAsync(cancellation);
        Assert.False(connection.Down.IsCancellationRequested);
    }

    [Fact]
    public async Task Any_other_fault_stays_one()
    {
        using var connection = new CircuitConnection();
        await connection.OnConnectionUpAsync(null!, TestContext.Current.CancellationToken);
        Assert.False(connection.IsOffline(new InvalidOperationException("Sequence contains no elements.")));
        Assert.True(connection.IsUp);
    }
}

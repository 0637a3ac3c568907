using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Coda.Web.Configuration;

/// <summary>
/// Sockets that accept so many connections at a time; further clients wait in the kernel. Kestrel closes what is over its limits only after
/// it was accepted, so a burst could take every descriptor first.
/// </summary>
internal sealed class BoundedListeners(
    long connections, IOptions<SocketTransportOptions> options, ILoggerFactory logs) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory sockets = new(options, logs);

    // One item for each; full = wait.
    private readonly Channel<bool> open = Channel.CreateBounded<bool>((int)Math.Min(connections, int.MaxValue));

    /// <inheritdoc />
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), open);

    private sealed class Listener(IConnectionListener inner, Channel<bool> open) : IConnectionListener
    {
        private readonly CancellationTokenSource stop = new();

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await open.Writer.WriteAsync(true, stop.Token);
            }
            catch (OperationCanceledException)
            {
                return null; // no more of them, as the interface says
            }

            if (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                connection.ConnectionClosed.Register(() => open.Reader.TryRead(out _));
                return connection;
            }

            open.Reader.TryRead(out _);
            return null;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await stop.CancelAsync();
            await inner.UnbindAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

using System.Net;
using System.Net.Sockets;

namespace Coda.Web.Tests.Browser;

/// <summary>A network that can fail: passes bytes on to a server, and cuts or silences every connection when told to.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri target;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<Socket> sockets = [];
    private readonly Task accepting;
    private int silenced;

    public CuttableProxy(string target)
    {
        this.target = new Uri(target);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The server's address through this network.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>The same address of the server, through this network.</summary>
    public string Through(string link) => Url + new Uri(link).PathAndQuery + new Uri(link).Fragment;

    /// <summary>Whether who connects is cut off at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>From here on the connections that there are carry nothing, and nothing says so; new ones are as ever.</summary>
    public void Silence() => Interlocked.Increment(ref silenced);

    /// <summary>Cuts every connection there is, without a goodbye.</summary>
    public void Cut()
    {
        lock (gate)
        {
            foreach (var socket in sockets)
            {
                socket.Close(timeout: 0);
            }

            sockets.Clear();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var inside = await listener.AcceptSocketAsync(stop.Token);
                if (Refuses)
                {
                    inside.Close(timeout: 0);
                    continue;
                }

                var outside = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await outside.ConnectAsync(target.Host, target.Port, stop.Token);
                lock (gate)
                {
                    sockets.AddRange([inside, outside]);
                }

                _ = PassAsync(inside, outside);
                _ = PassAsync(outside, inside);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var speaks = Volatile.Read(ref silenced);
        var buffer = new byte[16 << 10];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (var sent = 0; sent < read && speaks == Volatile.Read(ref silenced);)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }

        from.Dispose();
        to.Dispose();
    }
}

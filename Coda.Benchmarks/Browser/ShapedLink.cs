using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Coda.Benchmarks.Browser;

/// <summary>A slow network: passes bytes on to a server, each way with a delay and at most so many bytes a second.</summary>
internal sealed class ShapedLink : IAsyncDisposable
{
    private const int LargestPiece = 16 << 10;
    private const int PiecesUnderWay = 64;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri target;
    private readonly TimeSpan delay;
    private readonly Lane up;
    private readonly Lane down;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    /// <summary>Listens.</summary>
    /// <param name="target">The server.</param>
    /// <param name="delay">One way.</param>
    /// <param name="bytesPerSecond">Each way, of all connections together.</param>
    public ShapedLink(Uri target, TimeSpan delay, double bytesPerSecond)
    {
        (this.target, this.delay) = (target, delay);
        (up, down) = (new Lane(), new Lane());
        BytesPerSecond = bytesPerSecond;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The server's address through this network.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>How much passes each way, from now on.</summary>
    public double BytesPerSecond
    {
        set => up.BytesPerSecond = down.BytesPerSecond = value;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ConnectAsync(await listener.AcceptSocketAsync(stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ConnectAsync(Socket inside)
    {
        // What is received and not yet passed on must not be hidden in the kernel, whose buffers grow to megabytes.
        using var outside = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 << 10 };
        using (inside)
        {
            inside.NoDelay = true;
            using var closed = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            try
            {
                await outside.ConnectAsync(target.Host, target.Port, closed.Token);
                await Task.WhenAll(PassAsync(inside, outside, up, closed), PassAsync(outside, inside, down, closed));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // One of both is gone, or the link is.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, Lane lane, CancellationTokenSource closed)
    {
        var cancellation = closed.Token;
        var underWay = Channel.CreateBounded<(byte[] Bytes, long Due)>(PiecesUnderWay);
        var sending = SendAsync(to, underWay.Reader, cancellation);
        var buffer = new byte[LargestPiece];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(0, lane.Piece), cancellation) is > 0 and var read)
            {
                var left = lane.Take(read);
                await UntilAsync(left, cancellation);
                await underWay.Writer.WriteAsync(
                    (buffer.AsSpan(0, read).ToArray(), left + (long)(delay.TotalSeconds * Stopwatch.Frequency)), cancellation);
            }

            underWay.Writer.Complete();
            await sending;
        }
        finally
        {
            await closed.CancelAsync();
        }
    }

    private static async Task SendAsync(Socket to, ChannelReader<(byte[] Bytes, long Due)> underWay, CancellationToken cancellation)
    {
        await foreach (var (bytes, due) in underWay.ReadAllAsync(cancellation))
        {
            await UntilAsync(due, cancellation);
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await to.SendAsync(bytes.AsMemory(sent), cancellation);
            }
        }
    }

    private static async Task UntilAsync(long due, CancellationToken cancellation)
    {
        // The runtime's timers go by a coarse clock and may be milliseconds early.
        for (long now; (now = Stopwatch.GetTimestamp()) < due;)
        {
            await Task.Delay((int)Math.Ceiling(Stopwatch.GetElapsedTime(now, due).TotalMilliseconds), cancellation);
        }
    }

    /// <summary>One way: a token bucket, whose tokens are bytes.</summary>
    private sealed class Lane
    {
        /// <summary>What an idle lane saves up, in seconds of its rate: more than a timer comes too late.</summary>
        private const double Saved = 0.01;
        private readonly Lock gate = new();
        private double rate;
        private double free;

        public double BytesPerSecond
        {
            set
            {
                lock (gate)
                {
                    rate = value;
                }
            }
        }

        /// <summary>How much to take at once: 20 ms of the rate.</summary>
        public int Piece
        {
            get
            {
                lock (gate)
                {
                    return (int)Math.Clamp(rate / 50, 1, LargestPiece);
                }
            }
        }

        /// <summary>Takes so many bytes; the result is the time, by the stopwatch, at which the last of them has left.</summary>
        public long Take(int bytes)
        {
            lock (gate)
            {
                var now = (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
                free = Math.Max(free, now - Saved) + (bytes / rate);
                return (long)(Math.Max(free, now) * Stopwatch.Frequency);
            }
        }
    }
}

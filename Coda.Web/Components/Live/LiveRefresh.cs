using System.Threading.Channels;

namespace Coda.Web.Components.Live;

/// <summary>Turns a storm of signals into a calm series of refreshes: never two at once, the last signal never missed.</summary>
public sealed class LiveRefresh : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    /// <summary>Starts waiting for signals.</summary>
    /// <param name="refresh">Runs wherever the signal is seen: a component wraps it in <c>InvokeAsync</c>.</param>
    /// <param name="failed">
    /// Told of a refresh that failed (a component's <c>DispatchExceptionAsync</c>); the next signal refreshes again.
    /// </param>
    /// <param name="time">Paces the refreshes.</param>
    public LiveRefresh(Func<CancellationToken, Task> refresh, Func<Exception, Task> failed, TimeProvider time) =>
        loop = Task.Run(() => RunAsync(refresh, failed, time));

    /// <summary>Something changed.</summary>
    public void Signal() => signals.Writer.TryWrite(true);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> refresh, Func<Exception, Task> failed, TimeProvider time)
    {
        try
        {
            while (await signals.Reader.WaitToReadAsync(stop.Token))
            {
                signals.Reader.TryRead(out _);
                try
                {
                    await refresh(stop.Token);
                }
                catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
                {
                    await failed(e);
                }

                await Task.Delay(Pause, time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (ObjectDisposedException)
        {
            // The renderer went first.
        }
    }
}

using Coda.Core.Terminals;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals;

/// <summary>How far a program may run ahead of the page that drives it.</summary>
public sealed class PaceWindowTests
{
    private const int Piece = 64 * 1024;

    [Theory]
    [InlineData(1, 2, 64, 192)] // a slow page: Ctrl-C must not wait behind a megabyte
    [InlineData(1, 20, 384, 1024)] // a fast page
    [InlineData(200, 20, 768, 1024)] // a fast page far away: the way there and back must be filled
    [InlineData(200, 2, 64, 640)] // a slow page far away
    public void The_window_fits_the_page_and_the_way_to_it(
        int roundTripMilliseconds, int megabytesASecond, int leastKilobytes, int mostKilobytes)
    {
        var time = new FakeTimeProvider();
        var window = new PaceWindow(time);
        var way = TimeSpan.FromMilliseconds(roundTripMilliseconds);
        var parse = TimeSpan.FromSeconds(Piece / 1e6 / megabytesASecond);
        var start = time.GetUtcNow();
        long produced = 0, parsed = 0;
        var freeAt = start;
        var acknowledgements = new Queue<(DateTimeOffset At, long Offset)>();
        while (time.GetUtcNow() - start < TimeSpan.FromSeconds(20))
        {
            // The program writes whenever it may; the page parses piece after piece; its word comes a round trip later.
            while (window.Allows(produced, parsed))
            {
                produced += Piece;
                freeAt = (freeAt > time.GetUtcNow() ? freeAt : time.GetUtcNow()) + parse;
                acknowledgements.Enqueue((freeAt + way, produced));
            }

            var (at, offset) = acknowledgements.Dequeue();
            time.SetUtcNow(at > time.GetUtcNow() ? at : time.GetUtcNow());
            parsed = offset;
            window.Parsed(parsed);
        }

        Assert.InRange(window.Size / 1024, leastKilobytes, mostKilobytes);
    }
}

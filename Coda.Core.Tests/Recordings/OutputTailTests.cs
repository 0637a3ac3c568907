using Coda.Core.Recordings;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Recordings;

public sealed class OutputTailTests
{
    private const int Kept = 256 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1_234_567)]
    public void It_holds_the_newest_bytes_wherever_it_began(long start)
    {
        var tail = new OutputTail(start);
        Assert.Equal(0, tail.CopyTo(start, new byte[10]));
        var random = new Random(1);
        while (tail.End < start + 1_500_000)
        {
            tail.Append(RecorderProcess.Expected(tail.End, random.Next(1, 30_000)));
            Assert.InRange(tail.Start, Math.Max(start, tail.End - Kept), tail.End);
            var bytes = new byte[tail.End - tail.Start];
            Assert.Equal(bytes.Length, tail.CopyTo(tail.Start, bytes));
            Assert.Equal(RecorderProcess.Expected(tail.Start, bytes.Length), bytes);
        }

        Assert.Equal(tail.End - Kept, tail.Start);
    }

    [Fact]
    public void Of_more_than_it_holds_at_once_the_end_stays()
    {
        var tail = new OutputTail(0);
        tail.Append(RecorderProcess.Expected(0, 10));
        tail.Append(RecorderProcess.Expected(10, 700_000));
        Assert.Equal((700_010 - Kept, 700_010), (tail.Start, tail.End));
        var bytes = new byte[100];
        Assert.Equal(100, tail.CopyTo(600_000, bytes));
        Assert.Equal(RecorderProcess.Expected(600_000, 100), bytes);
    }
}

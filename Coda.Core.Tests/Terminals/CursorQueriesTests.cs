using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;
using Coda.Core.Terminals.Stream;
using Coda.Core.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Terminals;

public sealed class CursorQueriesTests
{
    [Fact]
    public async Task Each_query_has_its_own_time_before_it_is_answered_without_the_page()
    {
        var time = new FakeTimeProvider();
        var answers = new List<(int Row, int Column)>();
        var queries = new CursorQueries(time, (_, row, column) => answers.Add((row, column)));
        queries.Add(new CursorAsked(default, QueryKind.CursorPosition, 10));
        time.Advance(TimeSpan.FromSeconds(1.9));
        queries.Add(new CursorAsked(default, QueryKind.CursorPosition, 20));
        time.Advance(TimeSpan.FromSeconds(0.2));
        await Wait.Until(() => answers.Count == 1);
        Assert.Equal([(1, 1)], answers);

        // The page answers the second within its own time.
        queries.Acknowledge(20, 7, 8);
        Assert.Equal([(1, 1), (7, 8)], answers);

        queries.Add(new CursorAsked(default, QueryKind.CursorPosition, 30));
        await Wait.Until(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            return answers.Count == 3;
        });
        Assert.Equal((1, 1), answers[2]);
    }
}

using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Screens;

/// <summary>
/// In how many of the cases made at random something differs, as far as it is known: a line each of <c>fuzz-known.txt</c>. The numbers only
/// fall.
/// </summary>
internal static class FuzzKnown
{
    private static readonly string Known = Path.Combine(Repository.Root, "Coda.Core.Tests/Screens/fuzz-known.txt");

    /// <summary>Fails unless what was counted is what is known.</summary>
    /// <param name="name">Begins the line.</param>
    /// <param name="counted">What the line should say after it.</param>
    /// <param name="shown">Some of the cases that differ, for people.</param>
    public static void Check(string name, string counted, string shown)
    {
        var line = File.ReadLines(Known).SingleOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal));
        Assert.True(line == $"{name}: {counted}", $"""
            {Path.GetFileName(Known)} says
            {line ?? "nothing"}
            but it is
            {name}: {counted}
            Where a number has fallen, write the new one. A greater one is a fault.
            {shown}
            """);
    }
}

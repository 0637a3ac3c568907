namespace Coda.Core.Tests.Hosting;

/// <summary>The files that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Coda.sln")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }
}

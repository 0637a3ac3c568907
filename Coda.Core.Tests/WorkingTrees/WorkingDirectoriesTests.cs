using Coda.Core.WorkingTrees;
using Microsoft.Extensions.Options;

namespace Coda.Core.Tests.WorkingTrees;

public sealed class WorkingDirectoriesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-work-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_default_is_made_on_first_use()
    {
        var directories = Directories();

        Assert.False(Directory.Exists(Path.Combine(root, "projects")));
        Assert.Equal(Path.Combine(root, "projects"), directories.Default());
        Assert.True(Directory.Exists(Path.Combine(root, "projects")));
    }

    [Theory]
    [InlineData("projects", true, "")]
    [InlineData("projects/a", true, "")]
    [InlineData("projects/a/../a", true, "")]
    [InlineData("allowed", true, "")]
    [InlineData("projects/missing", false, "does not exist")]
    [InlineData("projects/../secret", false, "not under an allowed root")]
    [InlineData("projects-too", false, "not under an allowed root")]
    [InlineData("projects/out", false, "not under an allowed root")]
    [InlineData("projects/out/below", false, "not under an allowed root")]
    public void Only_what_really_lies_under_a_root_may_be_chosen(string asked, bool allowed, string why)
    {
        foreach (var directory in (string[])["projects/a", "allowed", "secret/below", "projects-too"])
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        File.CreateSymbolicLink(Path.Combine(root, "projects/out"), Path.Combine(root, "secret"));

        Assert.Equal(allowed, Directories().TryResolve(Path.Combine(root, asked), out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_path_is_refused()
    {
        Assert.False(Directories().TryResolve("projects", out _, out var error));
        Assert.Contains("absolute", error, StringComparison.Ordinal);
    }

    private WorkingDirectories Directories()
    {
        var options = new WorkingDirectoryOptions { WorkingDirectory = Path.Combine(root, "projects") };
        options.AllowedRoots.Add(Path.Combine(root, "allowed"));
        return new WorkingDirectories(Options.Create(options));
    }
}

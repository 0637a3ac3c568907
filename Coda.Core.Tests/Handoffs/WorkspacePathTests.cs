using Coda.Core.Handoffs;

namespace Coda.Core.Tests.Handoffs;

/// <summary>Paths of Workspace folders, and what a copy of one is called.</summary>
public sealed class WorkspacePathTests
{
    [Theory]
    [InlineData("/Workspace/Users/me@x.y/project", "/Users/me@x.y/project", "project")]
    [InlineData("/Users/me@x.y/project/", "/Users/me@x.y/project", "project")]
    [InlineData("/Shared/a b///", "/Shared/a b", "a_b")]
    [InlineData("/Workspaces/x", "/Workspaces/x", "x")]
    [InlineData("/Users/Workspace/x", "/Users/Workspace/x", "x")]
    [InlineData("/Users/me@x.y/..hidden", "/Users/me@x.y/..hidden", "_.hidden")]
    [InlineData("/", "/", "workspace")]
    public void The_CLI_gets_the_path_without_the_mount_and_the_copy_the_last_part(string path, string source, string name) =>
        Assert.Equal(new WorkspacePath(source, name), WorkspacePath.TryParse(path, out _));

    [Theory]
    [InlineData("", "must be absolute")]
    [InlineData("Users/me", "must be absolute")]
    [InlineData(" /Users/me", "must be absolute")]
    [InlineData("~", "must be absolute")]
    [InlineData("/Users/./me", "must not hold")]
    [InlineData("/Users/me/..", "must not hold")]
    [InlineData("/..", "must not hold")]
    [InlineData("/Users/\u0085", "control characters")]
    [InlineData("/Users/\0", "control characters")]
    public void A_path_that_is_none_is_refused_with_the_reason(string path, string reason)
    {
        Assert.Null(WorkspacePath.TryParse(path, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_has_at_most_4000_characters()
    {
        var longest = $"/{new string('a', 3999)}";
        Assert.NotNull(WorkspacePath.TryParse(longest, out _));
        Assert.Null(WorkspacePath.TryParse($"{longest}a", out var error));
        Assert.Contains("4,000", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_quotes_little_of_a_hostile_path_and_on_one_line()
    {
        Assert.Null(WorkspacePath.TryParse($"x\n{new string('y', 100_000)}", out var error));
        Assert.True(error.Length < 400);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("Project-1_a.b", "Project-1_a.b")]
    [InlineData("a b", "a_b")]
    [InlineData("$(reboot);`x`'\"\\", "__reboot___x____")]
    [InlineData("-rf", "_rf")]
    [InlineData("--", "_-")]
    [InlineData("é漢🙂", "____")]
    [InlineData("", "workspace")]
    [InlineData(".", "workspace")]
    [InlineData("..", "workspace")]
    [InlineData("...", "_..")]
    [InlineData(".git", "_git")] // the folder that holds the copy would be taken for a repository
    [InlineData(".agent", "_agent")] // the server's own files are there
    public void A_name_is_nothing_but_a_name(string given, string name) => Assert.Equal(name, WorkspacePath.SafeName(given));

    [Fact]
    public void A_name_has_at_most_100_characters() => Assert.Equal(new string('a', 100), WorkspacePath.SafeName(new string('a', 101)));
}

using System.Diagnostics;
using Coda.Core.Files;

namespace Coda.Core.Tests.Files;

/// <summary>Whole directories that others filled.</summary>
public sealed class DirectoryTreeTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-tree-").FullName;

    private string Tree => Path.Combine(root, "tree");

    public DirectoryTreeTests() => Directory.CreateDirectory(Tree);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("mkdir -p a/b; echo x > a/b/c; chmod 555 a/b a; chmod 000 a/b; mkfifo p; "
        + "ln -s /dev/zero z; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'")]
    [InlineData("touch $'\\xff\\xfe' $'new\\nline'; mkdir $'\\xc3'; touch $'\\xc3/\\x80'")]
    [InlineData("python3 -c 'import os\nfor i in range(3000):\n os.mkdir(\"d\"); os.chdir(\"d\")\nopen(\"deep\",\"w\")'")]
    [InlineData("python3 -c 'for i in range(5000): open(f\"file-with-a-rather-long-name-{i}\",\"w\")'")]
    public void All_of_it_goes(string made)
    {
        Shell(made);
        DirectoryTree.Remove(Tree);
        Assert.Empty(Directory.GetFileSystemEntries(root));
        DirectoryTree.Remove(Tree); // none is none
    }

    [Fact]
    public void What_links_lead_to_stays()
    {
        Directory.CreateDirectory(Path.Combine(root, "kept"));
        File.WriteAllText(Path.Combine(root, "kept/file"), "kept");
        Shell("ln -s ../kept dir; ln -s ../kept/file file; ln -s . loop");

        DirectoryTree.Remove(Tree);

        Assert.Equal("kept", File.ReadAllText(Path.Combine(root, "kept/file")));
        File.CreateSymbolicLink(Tree, "kept");
        DirectoryTree.Remove(Tree);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(root, "kept/file")));
        Assert.False(Path.Exists(Tree));
    }

    [Fact]
    public void Holes_take_no_space()
    {
        Shell("truncate -s 15T a; truncate -s 15T b; head -c 10000 /dev/urandom > d; "
            + "mkdir e; head -c 10000 /dev/urandom > e/f; ln -s /dev/zero z; mkfifo p");
        Assert.Equal(20000, DirectoryTree.Size(Tree));
    }

    [Fact]
    public void What_is_nested_too_deep_to_be_named_does_not_end_the_measuring()
    {
        Shell("echo 1234567 > first; python3 -c 'import os\nfor i in range(3000):\n os.mkdir(\"d\"); os.chdir(\"d\")'");
        Assert.Equal(8, DirectoryTree.Size(Tree));
        DirectoryTree.Remove(Tree);
    }

    [Fact]
    public void Everything_at_any_depth_is_found_and_nothing_behind_links()
    {
        Shell("mkdir -p a/b ../elsewhere; touch f a/g a/b/.h ../elsewhere/i; ln -s ../elsewhere l; ln -s .. a/up; mkfifo p");
        Assert.Equal([".h", "a", "b", "f", "g", "l", "p", "up"], Names(_ => true));
    }

    [Fact]
    public void A_directory_that_is_not_entered_is_found_and_what_is_in_it_is_not()
    {
        Shell("mkdir -p a/skip b/skip; touch a/skip/x b/skip/y b/z");
        var asked = new List<string>();
        Assert.Equal(["a", "b", "skip", "skip", "y", "z"], Names(path =>
        {
            asked.Add(path);
            return path != "a/skip";
        }));
        Assert.Equal(["a", "a/skip", "b", "b/skip"], asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_that_goes_away_while_it_is_searched_is_passed_over()
    {
        Shell("mkdir -p a b; touch a/x b/y");
        var found = new List<string>();
        foreach (var (_, entry) in DirectoryTree.All(Tree, _ => true))
        {
            if (found.Count == 0)
            {
                Directory.Delete(Path.Combine(Tree, entry.Name == "a" ? "b" : "a"), recursive: true);
            }

            found.Add(entry.Name);
        }

        Assert.Single(found, name => name is "x" or "y");
    }

    [Fact]
    public void What_is_not_there_has_no_size_and_holds_nothing()
    {
        var none = Path.Combine(Tree, "none");
        Assert.Equal(0, DirectoryTree.Size(none));
        Assert.Empty(DirectoryTree.All(none, _ => true));
        Assert.True(DirectoryTree.IsEmpty(none));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("touch .hidden", false)]
    [InlineData("mkdir empty", false)]
    [InlineData("ln -s nowhere dangling", false)]
    public void Empty_is_where_nothing_is_not_even_what_is_hidden_or_leads_nowhere(string made, bool empty)
    {
        Shell(made);
        Assert.Equal(empty, DirectoryTree.IsEmpty(Tree));
    }

    private List<string> Names(Func<string, bool> enters) =>
        [.. DirectoryTree.All(Tree, enters).Select(found => found.Entry.Name).Order(StringComparer.Ordinal)];

    private void Shell(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = Tree })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }
}

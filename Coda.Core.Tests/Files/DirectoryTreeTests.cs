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

    private void Shell(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = Tree })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }
}

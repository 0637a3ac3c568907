using Coda.Core.Terminals.Engine;

namespace Coda.Core.Tests.Terminals.Engine;

public sealed class ExecutableSearchTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-search-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_first_executable_of_the_path_is_found()
    {
        var (first, second) = (Make("one/tool", executable: false), Make("two/tool"));
        Make("three/tool");
        Assert.Equal(second, ExecutableSearch.Find("tool", $"{root}/no-such:{root}/one:{root}/two:{root}/three"));
        Assert.Null(ExecutableSearch.Find("tool", Path.GetDirectoryName(first)!));
    }

    [Fact]
    public void Relative_and_empty_parts_of_the_path_are_passed_over()
    {
        Make("bin/tool");
        Assert.Null(ExecutableSearch.Find("tool", ":bin:.:", root));
    }

    [Fact]
    public void A_name_with_a_slash_is_not_looked_up()
    {
        var tool = Make("bin/tool");
        Assert.Equal(tool, ExecutableSearch.Find("bin/tool", "", root));
        Assert.Equal(tool, ExecutableSearch.Find(tool, "/usr/bin"));
        Assert.Null(ExecutableSearch.Find("./tool", $"{root}/bin", root));
    }

    [Fact]
    public void A_directory_and_a_dangling_link_are_no_executables()
    {
        Directory.CreateDirectory($"{root}/bin/tool");
        File.CreateSymbolicLink($"{root}/bin/link", $"{root}/nowhere");
        Assert.Null(ExecutableSearch.Find("tool", $"{root}/bin"));
        Assert.Null(ExecutableSearch.Find("link", $"{root}/bin"));
    }

    private string Make(string name, bool executable = true)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, executable ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead);
        return path;
    }
}

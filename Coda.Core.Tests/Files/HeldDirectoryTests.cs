using System.Text;
using Coda.Core.Files;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Files;

/// <summary>Opening, writing and removing where others write; each with openat2 and, as older kernels have it, part by part.</summary>
public sealed class HeldDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-held-").FullName;

    public static MatrixTheoryData<Trap, bool> TrapsBothWays => new(Enum.GetValues<Trap>(), [false, true]);

    public static MatrixTheoryData<Trap, bool> TrapsInPlaceBothWays =>
        new(Enum.GetValues<Trap>().Except([Trap.LinkedParent]), [false, true]);

    private string Deep => Path.Combine(root, "a/b/file");

    public HeldDirectoryTests() => Directory.CreateDirectory(Path.Combine(root, "a/b"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [MemberData(nameof(TrapsBothWays))]
    public void A_trap_is_neither_waited_for_nor_followed(Trap trap, bool walks)
    {
        using var set = trap.Set(Deep);
        using var held = HeldDirectory.Open(root, walks);
        if (trap == Trap.Huge)
        {
            using var file = held.FindFile("a/b/file")!;
            Assert.Null(file.Read(1 << 20));
            return;
        }

        Assert.Throws<IOException>(() => held.FindFile("a/b/file"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plain_file_is_read_and_one_that_is_not_there_is_none(bool walks)
    {
        File.WriteAllText(Deep, "text");
        using var held = HeldDirectory.Open(root, walks);

        using var file = held.FindFile("a/b/file")!;
        Assert.Equal("text", Encoding.UTF8.GetString(file.Read(4)!));
        Assert.Null(file.Read(3));
        Assert.Null(held.FindFile("a/none"));
        Assert.Null(held.FindFile("a/none/file"));
        Assert.Null(HeldDirectory.Find(Path.Combine(root, "none")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a\0b")]
    public void What_does_not_name_something_beneath_is_refused(string name)
    {
        using var held = HeldDirectory.Open(root);
        Assert.Throws<ArgumentException>(() => held.FindFile(name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_swaps_while_we_look_gains_nothing(bool walks)
    {
        // A plain file, a pipe and a link to a secret take turns in one place, a directory and a link to one in another.
        Directory.CreateDirectory(Path.Combine(root, "secret"));
        File.WriteAllText(Path.Combine(root, "secret/file"), Traps.Secret);
        File.WriteAllText(Path.Combine(root, "plain"), "plain");
        using var pipe = Trap.Pipe.Set(Path.Combine(root, "pipe"));
        File.CreateSymbolicLink(Path.Combine(root, "link"), Path.Combine(root, "secret/file"));
        Directory.CreateDirectory(Path.Combine(root, "real"));
        File.WriteAllText(Path.Combine(root, "real/file"), "plain");
        File.CreateSymbolicLink(Path.Combine(root, "to"), Path.Combine(root, "secret"));
        using var enough = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                foreach (var place in (string[])["plain", "pipe", "link"])
                {
                    File.Move(Path.Combine(root, place), Path.Combine(root, "a/b/swapped"));
                    File.Move(Path.Combine(root, "a/b/swapped"), Path.Combine(root, place));
                }

                Directory.Move(Path.Combine(root, "real"), Path.Combine(root, "at"));
                Directory.Move(Path.Combine(root, "at"), Path.Combine(root, "real"));
                // A link to a directory: File.Move says that it does not exist.
                Directory.Move(Path.Combine(root, "to"), Path.Combine(root, "at"));
                Directory.Move(Path.Combine(root, "at"), Path.Combine(root, "to"));
            }
        });

        using var held = HeldDirectory.Open(root, walks);
        for (var i = 0; i < 5000; i++)
        {
            Assert.Equal("plain", Read(held, "a/b/swapped") ?? "plain");
            Assert.Equal("plain", Read(held, "at/file") ?? "plain");
        }

        await enough.CancelAsync();
        await swapping.WaitAsync(Wait.Timeout);
    }

    [Theory]
    [MemberData(nameof(TrapsBothWays))]
    public void A_file_is_made_only_where_nothing_is(Trap trap, bool walks)
    {
        using var set = trap.Set(Deep);
        using var held = HeldDirectory.Open(root, walks);
        Assert.Throws<IOException>(() => held.Create("a/b/file", "ours"u8));
    }

    [Theory]
    [MemberData(nameof(TrapsInPlaceBothWays))]
    public void A_file_takes_the_place_of_a_trap_and_nothing_elsewhere_changes(Trap trap, bool walks)
    {
        using var set = trap.Set(Deep);
        var target = new FileInfo(Deep).LinkTarget;
        if (trap == Trap.Directory)
        {
            File.WriteAllText(Path.Combine(Deep, "more"), "");
        }

        using var held = HeldDirectory.Open(root, walks);
        held.Replace("a/b/file", "ours"u8);

        Assert.Equal("ours", File.ReadAllText(Deep));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Deep));
        Assert.Single(Directory.GetFileSystemEntries(Path.Combine(root, "a/b")));
        if (trap == Trap.Link)
        {
            Assert.Equal(Traps.Secret, File.ReadAllText(target!));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Directories_are_made_beneath_and_not_through_a_link(bool walks)
    {
        Directory.CreateDirectory(Path.Combine(root, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(root, "link"), "elsewhere");
        using var held = HeldDirectory.Open(root, walks);

        held.MakeDirectory("x/y/z");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(root, "x")));
        Assert.True(Directory.Exists(Path.Combine(root, "x/y/z")));
        Assert.Throws<IOException>(() => held.MakeDirectory("link/y"));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "elsewhere")));
    }

    private static string? Read(HeldDirectory held, string name)
    {
        try
        {
            using var file = held.FindFile(name);
            return file is null ? null : Encoding.UTF8.GetString(file.Read(1 << 20)!);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

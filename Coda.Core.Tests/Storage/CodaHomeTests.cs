using Coda.Core.Storage;

namespace Coda.Core.Tests.Storage;

/// <summary>Whose directory a home may be.</summary>
public sealed class CodaHomeTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private readonly string root = Directory.CreateTempSubdirectory("coda-test-").FullName;

    public CodaHomeTests() => File.SetUnixFileMode(root, ForAll);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData]
    [InlineData("coda.db")]
    [InlineData("token", "keys/")]
    public void A_new_home_and_one_of_ours_are_closed_to_others(params string[] entries)
    {
        Make(entries);
        CodaHome.Open(root);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(root));
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("token")]
    [InlineData("keys/")]
    [InlineData("notes.txt")]
    public void A_directory_of_others_is_left_as_it_is(string entry)
    {
        Make([entry]);
        var refusal = Assert.Throws<StartupException>(() => CodaHome.Open(root));
        Assert.Contains(root, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ForAll, File.GetUnixFileMode(root));
        Assert.Single(Directory.GetFileSystemEntries(root));
    }

    private void Make(string[] entries)
    {
        foreach (var entry in entries)
        {
            if (entry.EndsWith('/'))
            {
                Directory.CreateDirectory(Path.Combine(root, entry));
            }
            else
            {
                File.WriteAllText(Path.Combine(root, entry), "");
            }
        }
    }
}

using Coda.Core.Security;

namespace Coda.Core.Tests.Security;

public sealed class SecretTokenTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("coda-test-").FullName;

    private string TokenPath => Path.Combine(directory, "token");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void It_is_made_once_and_only_its_owner_can_read_it()
    {
        SecretToken.LoadOrCreate(TokenPath);
        var text = File.ReadAllText(TokenPath).Trim();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(TokenPath));
        var again = SecretToken.LoadOrCreate(TokenPath);
        Assert.True(again.Matches(text));
        Assert.False(again.Matches(text[..^1]));
        Assert.False(again.Matches(""));
        Assert.Single(Directory.GetFiles(directory));
    }

    [Fact]
    public void A_file_that_everybody_could_read_is_closed()
    {
        SecretToken.LoadOrCreate(TokenPath);
        File.SetUnixFileMode(TokenPath, (UnixFileMode)0b110_100_100);
        SecretToken.LoadOrCreate(TokenPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(TokenPath));
    }

    [Fact]
    public void An_empty_file_is_no_token_that_anybody_could_guess()
    {
        File.WriteAllText(TokenPath, "\n");
        var refused = Assert.Throws<StartupException>(() => SecretToken.LoadOrCreate(TokenPath));
        Assert.Contains(TokenPath, refused.Message);
    }
}

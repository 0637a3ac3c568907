using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Coda.Core.Files;

namespace Coda.Core.Security;

/// <summary>A secret that lives in a file only its owner can read, and is compared in constant time.</summary>
public sealed class SecretToken
{
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MinimumLength = 20;
    private const int MaximumLength = 4096;

    private readonly byte[] hash;

    private SecretToken(string text) => hash = Hash(text);

    /// <summary>Names the token without giving it away: another token has another name.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(hash));

    /// <summary>Reads the token, creating the file with a fresh one when there is none.</summary>
    /// <exception cref="StartupException">The file cannot be read or written, or holds nothing that could be a secret.</exception>
    public static SecretToken LoadOrCreate(string path)
    {
        try
        {
            using var file = PlainFile.FindOwn(path) ?? Create(path);
            var text = Encoding.UTF8.GetString(file.Read(MaximumLength) ?? []).Trim();
            if (text.Length < MinimumLength)
            {
                throw new StartupException(
                    $"{path} holds no usable token ({MinimumLength} to {MaximumLength} characters). Delete it to get a new one.");
            }

            // A copied or restored file may have come back readable by everybody.
            File.SetUnixFileMode(file.Handle, OwnerReadWrite);
            return new SecretToken(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The token file {path} cannot be used: {e.Message} Move it away to get a new one.");
        }
    }

    /// <summary>
    /// Whether <paramref name="candidate"/> is the token, told in a time that does not depend on how much of it is right.
    /// </summary>
    public bool Matches(string candidate) => CryptographicOperations.FixedTimeEquals(hash, Hash(candidate));

    /// <summary>Written beside its place and renamed, so that a crash never leaves half a token.</summary>
    private static PlainFile Create(string path)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerReadWrite };
        using (var file = new StreamWriter(temporary, options))
        {
            file.WriteLine(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }

        File.Move(temporary, path, overwrite: false);
        return PlainFile.FindOwn(path) ?? throw new IOException("It was removed while it was made.");
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

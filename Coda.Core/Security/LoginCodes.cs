using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Coda.Core.Security;

/// <summary>Codes that sign a browser in once, for ten minutes, in this process only.</summary>
public sealed class LoginCodes(TimeProvider time)
{
    /// <summary>How long a code is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Whoever reaches the login page may ask for a code to be printed, so asking is slow; that also bounds the list.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly List<(byte[] Hash, DateTimeOffset Expires)> open = [];
    private DateTimeOffset nextForStrangers = DateTimeOffset.MinValue;

    /// <summary>A new code, for a caller who is at the console already.</summary>
    public string Issue()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            nextForStrangers = now + Pace;
            var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
            open.RemoveAll(entry => entry.Expires <= now);
            open.Add((Hash(code), now + Lifetime));
            return code;
        }
    }

    /// <summary>A new code at anyone's request; null when one was issued moments ago.</summary>
    public string? TryIssue()
    {
        lock (gate)
        {
            return time.GetUtcNow() < nextForStrangers ? null : Issue();
        }
    }

    /// <summary>Uses a code up; false for one that is unknown, used or expired.</summary>
    public bool TryRedeem(string code)
    {
        var hash = Hash(code);
        var now = time.GetUtcNow();
        lock (gate)
        {
            // All entries are compared, each in constant time: the answer's timing tells nothing about any of them.
            var found = -1;
            for (var i = 0; i < open.Count; i++)
            {
                if (CryptographicOperations.FixedTimeEquals(open[i].Hash, hash))
                {
                    found = i;
                }
            }

            if (found < 0)
            {
                return false;
            }

            var expires = open[found].Expires;
            open.RemoveAt(found);
            return now < expires;
        }
    }

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}

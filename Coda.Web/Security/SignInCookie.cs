using System.Security.Cryptography;
using System.Text;
using Coda.Core.Security;
using Coda.Core.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Coda.Web.Security;

/// <summary>A cookie that proves an earlier admission; sealed with keys that survive restarts, unreadable for scripts.</summary>
/// <param name="protection">The keys.</param>
/// <param name="home">Whose cookie it is.</param>
/// <param name="signIns">Which of those that it proves have ended.</param>
/// <param name="time">The clock.</param>
/// <param name="binding">What the admission depends on: once that is another, no cookie given before is good.</param>
internal sealed class SignInCookie(IDataProtectionProvider protection, CodaHome home, SignIns signIns, TimeProvider time, string binding)
{
    private readonly IDataProtector seal = protection.CreateProtector("Coda.AdmissionCookie.v3", binding);

    // Cookies know no ports: two servers on one machine must not overwrite each other's.
    private readonly string name = "coda-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home.Root)))[..8];

    /// <summary>Gives the cookie with a response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="who">The caller's name.</param>
    /// <param name="lifetime">How long it is good.</param>
    /// <param name="signIn">The sign-in that it makes last longer; null = a new one.</param>
    public void Give(HttpContext context, string who, TimeSpan lifetime, string? signIn = null)
    {
        var expires = time.GetUtcNow() + lifetime;
        var text = $"{expires.ToUnixTimeSeconds()} {signIn ?? RandomId.New("sign-in-", 24)} {who}";
        context.Response.Cookies.Append(name, seal.Protect(text), Options(context, expires));
    }

    /// <summary>Takes the cookie from a browser.</summary>
    public void Take(HttpContext context) => context.Response.Cookies.Delete(name, Options(context, expires: null));

    /// <summary>What a request's cookie proves; null for none, a forged, an expired or an ended one.</summary>
    public Proof? Read(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(name, out var sealedText))
        {
            return null;
        }

        try
        {
            var parts = seal.Unprotect(sealedText).Split(' ', 3);
            var left = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0])) - time.GetUtcNow();
            return left > TimeSpan.Zero && !signIns.HasEnded(parts[1]) ? new Proof(parts[1], parts[2], left) : null;
        }
        catch (CryptographicException)
        {
            // Sealed elsewhere, or with keys that are gone: the same as no cookie.
            return null;
        }
    }

    private static CookieOptions Options(HttpContext context, DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Expires = expires,
        IsEssential = true,
    };

    /// <summary>A sign-in, whose it is, and how long it is still good.</summary>
    public sealed record Proof(string SignIn, string Who, TimeSpan Left);
}

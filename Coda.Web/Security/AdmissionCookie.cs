using System.Security.Cryptography;
using System.Text;
using Coda.Core.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Coda.Web.Security;

/// <summary>A cookie that proves an earlier admission; sealed with keys that survive restarts, unreadable for scripts.</summary>
/// <param name="protection">The keys.</param>
/// <param name="home">Whose cookie it is.</param>
/// <param name="time">The clock.</param>
/// <param name="binding">What the admission depends on: once that is another, no cookie given before is good.</param>
internal sealed class AdmissionCookie(IDataProtectionProvider protection, CodaHome home, TimeProvider time, string binding)
{
    private readonly IDataProtector seal = protection.CreateProtector("Coda.AdmissionCookie.v2", binding);

    // Cookies know no ports: two servers on one machine must not overwrite each other's.
    private readonly string name = "coda-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home.Root)))[..8];

    /// <summary>Gives the cookie with a response.</summary>
    public void Give(HttpContext context, string who, TimeSpan lifetime)
    {
        var expires = time.GetUtcNow() + lifetime;
        context.Response.Cookies.Append(name, seal.Protect($"{expires.ToUnixTimeSeconds()} {who}"), Options(context, expires));
    }

    /// <summary>Takes the cookie from a browser.</summary>
    public void Take(HttpContext context) => context.Response.Cookies.Delete(name, Options(context, expires: null));

    /// <summary>Whom a request's cookie names and how long it is still good; false for none, a forged or an expired one.</summary>
    public bool TryRead(HttpContext context, out string who, out TimeSpan left)
    {
        (who, left) = ("", TimeSpan.Zero);
        if (!context.Request.Cookies.TryGetValue(name, out var sealedText))
        {
            return false;
        }

        try
        {
            var parts = seal.Unprotect(sealedText).Split(' ', 2);
            (who, left) = (parts[1], DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0])) - time.GetUtcNow());
            return left > TimeSpan.Zero;
        }
        catch (CryptographicException)
        {
            // Sealed by somebody else, or with keys that are gone: the same as no cookie.
            return false;
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
}

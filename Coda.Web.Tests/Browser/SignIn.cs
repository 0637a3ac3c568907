using Microsoft.Playwright;

namespace Coda.Web.Tests.Browser;

/// <summary>What a person does with a login link.</summary>
internal static class SignIn
{
    /// <summary>Opens the link and presses its button; the page is then the one first asked for.</summary>
    public static async Task SignInAsync(this IPage page, string link)
    {
        await page.GotoAsync(link);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in this browser" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
    }
}

using Coda.Core.Security;
using Coda.Web.Configuration;

namespace Coda.Web.Security;

/// <summary>Login links, printed on the server's console: whoever reads that may come in.</summary>
internal sealed class LoginLinks(LoginCodes codes, ServerAddress address)
{
    /// <summary>A link with a fresh code.</summary>
    public string Create() => LinkWith(codes.Issue());

    /// <summary>Prints a fresh link.</summary>
    public void Print() => Print(codes.Issue());

    /// <summary>Prints a fresh link at anyone's request; false when one was printed moments ago.</summary>
    public bool TryPrint()
    {
        if (codes.TryIssue() is not { } code)
        {
            return false;
        }

        Print(code);
        return true;
    }

    // In the fragment: browsers do not send it, so it is in no log, and fetching the link does not use it.
    private string LinkWith(string code) => $"{address.Current}{LoginEndpoints.Path}#c={code}";

    private void Print(string code)
    {
        Console.WriteLine($"  Sign in:     {LinkWith(code)}");
        Console.WriteLine(
            $"               (works once, for {LoginCodes.Lifetime.TotalMinutes:0} minutes; the login page can print another)");
    }
}

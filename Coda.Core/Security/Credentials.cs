using System.Text.RegularExpressions;

namespace Coda.Core.Security;

/// <summary>Recognises variables that carry credentials, by name and by value.</summary>
public static partial class Credentials
{
    /// <summary>Whether a variable is better not passed on to a program that was not meant to have it.</summary>
    public static bool LookLike(string name, string value) => Name().IsMatch(name) || Value().IsMatch(value);

    [GeneratedRegex(
        "TOKEN(?!IZE)|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH(?!OR(?!IZATION))|COOKIE"
        + "|_PASS$|_PWD$|_PAT$|_DSN$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    // A user or password in a URL, and in one without its scheme; the shapes of Databricks, GitHub, GitLab, OpenAI/Anthropic, AWS, Slack
    // and Google keys; a JWT, which begins where nothing of one is before it: looked for at each hyphen, it would be looked for again and
    // again in the same characters; a PEM key.
    [GeneratedRegex(
        @"//[^/\s]*@|(?:^|[\s=,;])[^\s:/@=,;]+(?::[^\s:/@]+@[\w.-]|@[\w.-]+:\d)|\bdapi[0-9a-f]{32}|\bgh[pousr]_\w{20,}"
        + @"|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bsk-[\w-]{16,}|\bAKIA[0-9A-Z]{16}|\bxox[abprs]-|\bAIza[\w-]{30,}"
        + @"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY",
        RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}

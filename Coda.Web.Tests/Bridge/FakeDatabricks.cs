namespace Coda.Web.Tests.Bridge;

/// <summary>A <c>databricks</c> that gives out the tokens it was given, one a call, and fails when there are no more.</summary>
internal sealed class FakeDatabricks
{
    private readonly string calls;

    /// <summary>Puts it into a directory for PATH.</summary>
    public FakeDatabricks(string directory, params string[] tokens)
    {
        calls = Path.Combine(directory, "calls");
        File.WriteAllText(calls, "");
        for (var i = 0; i < tokens.Length; i++)
        {
            File.WriteAllText(
                Path.Combine(directory, $"answer-{i + 1}"), $$"""{ "access_token": "{{tokens[i]}}", "token_type": "Bearer" }""");
        }

        var path = Path.Combine(directory, "databricks");
        File.WriteAllText(path, $"""
            #!/bin/sh
            echo "$*" >> '{calls}'
            cat '{directory}/answer-'$(wc -l < '{calls}') 2>/dev/null && exit 0
            echo 'no more tokens' >&2
            exit 1
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The arguments of each call so far.</summary>
    public string[] Calls => File.ReadAllLines(calls);
}

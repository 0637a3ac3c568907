namespace Coda.Core;

/// <summary>What a caller may do.</summary>
public enum CallerRole
{
    /// <summary>Everything.</summary>
    Owner,

    /// <summary>Start, answer and watch.</summary>
    Operator,

    /// <summary>See what is shared with them.</summary>
    Viewer,
}

/// <summary>How it is known who calls.</summary>
public enum Authentication
{
    /// <summary>The cookie of a browser that signed in.</summary>
    Cookie,

    /// <summary>The bearer token.</summary>
    Token,

    /// <summary>The headers of the platform's proxy.</summary>
    Platform,

    /// <summary>The server itself, unasked.</summary>
    Server,
}

/// <summary>Who acts. Every method that starts or changes something takes one, and what happened is written with it.</summary>
/// <param name="Name">For people: an e-mail address or a name; for the server itself its reason.</param>
/// <param name="Role">What it may do.</param>
/// <param name="By">How it is known.</param>
public sealed record Caller(string Name, CallerRole Role, Authentication By)
{
    /// <summary>The server, acting by itself.</summary>
    /// <param name="reason">Why, in a few words, such as <c>time limit</c>.</param>
    public static Caller System(string reason) => new(reason, CallerRole.Owner, Authentication.Server);

    /// <inheritdoc />
    public override string ToString() => By == Authentication.Server ? $"the server ({Name})" : Name;
}

using System.Security.Cryptography;

namespace Coda.Web.Health;

/// <summary>Which run of the server this is: a random word, by which a page knows whether the server was restarted.</summary>
public sealed class ServerInstance
{
    /// <summary>Header of <c>/health</c> that holds it.</summary>
    public const string Header = "Coda-Instance";

    /// <summary>16 hexadecimal digits.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);
}

namespace Coda.Bridge;

/// <summary>Something the user of the client should read, as it is.</summary>
internal sealed class BridgeException(string message) : Exception(message);

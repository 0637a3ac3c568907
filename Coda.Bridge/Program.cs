using Coda.Bridge;

if (!BridgeSettings.TryRead(Environment.GetEnvironmentVariable, out var settings, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

using var credentials = new BearerTokens(settings, TimeProvider.System);
using var server = new McpServer(settings.Url, credentials, TimeProvider.System);
await using var client = new StdioClient(Console.OpenStandardInput(), Console.OpenStandardOutput());
using var relay = new Relay(client, server, TimeProvider.System);
await relay.RunAsync();
return 0;

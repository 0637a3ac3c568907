using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Coda.Bridge;

/// <summary>The token to show: a fixed one, or the Databricks CLI's, asked for once and again when the server turns it down.</summary>
internal sealed class BearerTokens(BridgeSettings settings, TimeProvider time) : IDisposable
{
    // A token that is about to expire is not worth a round trip.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private string? current = settings.Token;
    private DateTimeOffset expiry = DateTimeOffset.MaxValue;

    /// <summary>The token to use now.</summary>
    public Task<string> GetAsync(CancellationToken cancellation) => GetAsync(rejected: null, cancellation);

    /// <summary>Another token than <paramref name="rejected"/>; null where there is no other to be had.</summary>
    public async Task<string?> RenewAsync(string rejected, CancellationToken cancellation)
    {
        var token = settings.Profile is null ? rejected : await GetAsync(rejected, cancellation);
        return token == rejected ? null : token;
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    private async Task<string> GetAsync(string? rejected, CancellationToken cancellation)
    {
        // Calls that fail together ask for one new token together.
        await turn.WaitAsync(cancellation);
        try
        {
            if (current is null || current == rejected || expiry - Margin < time.GetUtcNow())
            {
                (current, expiry) = await AskDatabricksAsync(settings.Profile!, cancellation);
            }

            return current;
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task<(string Token, DateTimeOffset Expiry)> AskDatabricksAsync(string profile, CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("databricks", ["auth", "token", "-p", profile])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new BridgeException($"The Databricks CLI does not start ({e.Message}). Install it, or set CODA_MCP_TOKEN.");
        }

        using (process)
        {
            // Our own input is the client's messages.
            process.StandardInput.Close();
            var outputs = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new BridgeException(
                    $"'databricks auth token -p {profile}' failed: {outputs[1].Trim()} Try 'databricks auth login -p {profile}'.");
            }

            return Read(outputs[0]);
        }
    }

    // {"access_token": "…", "token_type": "Bearer", "expiry": "2026-11-22T16:00:00Z"}
    private static (string Token, DateTimeOffset Expiry) Read(string output)
    {
        try
        {
            using var answer = JsonDocument.Parse(output);
            return (
                answer.RootElement.GetProperty("access_token").GetString()!,
                answer.RootElement.TryGetProperty("expiry", out var expiry) && expiry.TryGetDateTimeOffset(out var at)
                    ? at
                    : DateTimeOffset.MaxValue);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BridgeException("'databricks auth token' printed something that is not a token.");
        }
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Coda.Core.Storage;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// Lets a client send a call again whose answer it lost. The same key of the same caller for the same tool is the same call, for a day: it
/// begins its work once, and whoever repeats it, even while the first is under way, gets the answer of that work. With other arguments it is
/// refused. A call that was refused began nothing, and may be tried again.
/// </summary>
internal sealed class RepeatableCalls(RememberedCalls calls)
{
    /// <summary>The argument that carries the key.</summary>
    public const string Argument = "idempotency_key";

    private const string MetaName = "idempotencyKey";
    private const int LongestKey = 200;

    // How long a caller waits is no part of what it asks for.
    private static readonly string[] NotCompared = [Argument, "wait_seconds"];

    private readonly ConcurrentDictionary<CallKey, Running> running = new();

    /// <summary>Begins the work unless the call is one that was made before, and answers.</summary>
    /// <param name="request">The call.</param>
    /// <param name="key">Its argument.</param>
    /// <param name="begin">Begins the work: what names it, or a refusal.</param>
    /// <param name="answer">Answers for the work of that name.</param>
    /// <param name="cancellation">Ends the wait for a call that is under way.</param>
    public async Task<CallToolResult> AnswerAsync(
        RequestContext<CallToolRequestParams> request,
        string key,
        Func<Task<(string? Outcome, CallToolResult? Refusal)>> begin,
        Func<string, Task<CallToolResult>> answer,
        CancellationToken cancellation)
    {
        if (Fault(request, ref key) is { } fault)
        {
            return ToolAnswer.Error(fault);
        }

        if (key.Length == 0)
        {
            var (begun, refused) = await begin();
            return refused ?? await answer(begun!);
        }

        var call = new CallKey(request.User?.Identity?.Name ?? "", request.Params!.Name, key);
        var mine = new Running(Digest(request.Params));
        while (running.GetOrAdd(call, mine) is var first && first != mine)
        {
            if (first.Arguments != mine.Arguments)
            {
                return Other(key);
            }

            if (await first.Outcome.Task.WaitAsync(cancellation) is { } its)
            {
                return await answer(its);
            }
        }

        string? outcome = null;
        CallToolResult? refusal;
        try
        {
            (outcome, refusal) = await BeginOnceAsync(call, mine.Arguments, begin, cancellation);
        }
        finally
        {
            running.TryRemove(call, out _);
            mine.Outcome.SetResult(outcome);
        }

        return refusal ?? await answer(outcome!);
    }

    private async Task<(string? Outcome, CallToolResult? Refusal)> BeginOnceAsync(
        CallKey call, string arguments, Func<Task<(string? Outcome, CallToolResult? Refusal)>> begin, CancellationToken cancellation)
    {
        if (await calls.FindAsync(call, cancellation) is { } known)
        {
            return known.Arguments != arguments ? (null, Other(call.Key))
                : known.Outcome is { } outcome ? (outcome, null)
                : (null, ToolAnswer.Error(
                    $"The server stopped while a call with {Argument} '{call.Key}' was under way; it may have begun its work. Look into coda_inbox, "
                    + "and call again with another key if it did not."));
        }

        await calls.BeginAsync(call, arguments, cancellation);
        string? begun = null;
        try
        {
            (begun, var refusal) = await begin();
            return (begun, refusal);
        }
        finally
        {
            await calls.EndAsync(call, begun);
        }
    }

    private static string? Fault(RequestContext<CallToolRequestParams> request, ref string key)
    {
        var meta = "";
        if (request.Params?.Meta?[MetaName] is { } given)
        {
            if (given.GetValueKind() != JsonValueKind.String)
            {
                return $"_meta.{MetaName} must be a string. Nothing was begun.";
            }

            meta = given.GetValue<string>();
        }

        if (meta.Length > 0 && key.Length > 0 && meta != key)
        {
            return $"{Argument} and _meta.{MetaName} differ: give one of them. Nothing was begun.";
        }

        key = key.Length > 0 ? key : meta;
        return key.Length > LongestKey ? $"{Argument} may have {LongestKey} characters, not {key.Length}. Nothing was begun." : null;
    }

    private static CallToolResult Other(string key) => ToolAnswer.Error(
        $"{Argument} '{key}' was used for a call with other arguments, and means that one for a day. Nothing was begun: use another key for another call.");

    private static string Digest(CallToolRequestParams call) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new SortedDictionary<string, JsonElement>(
            (call.Arguments ?? new Dictionary<string, JsonElement>()).Where(argument => !NotCompared.Contains(argument.Key)).ToDictionary(),
            StringComparer.Ordinal))));

    private sealed record Running(string Arguments)
    {
        /// <summary>What the call began; null = nothing.</summary>
        public TaskCompletionSource<string?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

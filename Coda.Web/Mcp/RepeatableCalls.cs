using System.Security.Cryptography;
using System.Text.Json;
using Coda.Core.Storage;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Coda.Web.Mcp;

/// <summary>
/// Lets a client send a call again whose answer it lost. The same key of the same caller for the same tool is the same call, for a day: it
/// begins its work once, and whoever repeats it, even while the first is under way, gets the answer of that work. With other arguments it
/// is refused. A call that was refused began nothing, and may be tried again.
/// </summary>
internal sealed class RepeatableCalls(RememberedCalls calls)
{
    /// <summary>The argument that carries the key.</summary>
    public const string Argument = "idempotency_key";

    private const string MetaName = "idempotencyKey";
    private const int LongestKey = 200;

    // How long a caller waits is no part of what it asks for.
    private static readonly string[] NotCompared = [Argument, "wait_seconds"];

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
            return ToolResult.Error(fault);
        }

        if (key.Length == 0)
        {
            var (begun, refused) = await begin();
            return refused ?? await answer(begun!);
        }

        var call = new CallKey(request.User?.Identity?.Name ?? "", request.Params!.Name, key);
        CallToolResult? refusal = null;
        var outcome = await calls.BeginOnceAsync(
            call,
            Digest(request.Params),
            async () =>
            {
                (var begun, refusal) = await begin();
                return begun is not null ? new CallOutcome.Begun(begun) : new CallOutcome.Refused("");
            },
            cancellation);
        return outcome switch
        {
            CallOutcome.Begun(var work) => await answer(work),
            CallOutcome.Refused => refusal!,
            CallOutcome.Other => ToolResult.Error(
                $"{Argument} '{key}' was used for a call with other arguments, and means that one for a day. "
                + "Nothing was begun: use another key for another call."),
            _ => ToolResult.Error(
                $"The server stopped while a call with {Argument} '{key}' was under way; it may have begun its work. "
                + "Look into coda_inbox, and call again with another key if it did not."),
        };
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

    private static string Digest(CallToolRequestParams call) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
            new SortedDictionary<string, JsonElement>(
                (call.Arguments ?? new Dictionary<string, JsonElement>())
                    .Where(argument => !NotCompared.Contains(argument.Key))
                    .ToDictionary(),
                StringComparer.Ordinal))));
}

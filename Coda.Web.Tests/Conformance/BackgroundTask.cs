using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Coda.Web.Tests.Conformance;

/// <summary>A tool call that goes on after it was answered (SEP-2663), kept in memory.</summary>
internal sealed class BackgroundTask
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (InputRequest Question, TaskCompletionSource<JsonElement> Answer)> questions = [];
    private readonly CancellationTokenSource cancellation = new();
    private readonly DateTimeOffset created = TimeProvider.System.GetUtcNow();
    private DateTimeOffset updated = TimeProvider.System.GetUtcNow();
    private string status = "working";
    private JsonNode? result;
    private JsonNode? error;

    /// <summary>Not to be guessed.</summary>
    public string Id { get; } = $"background-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    /// <summary>Runs the call to its end.</summary>
    public async Task RunAsync(Func<CancellationToken, ValueTask<CallToolResult>> call)
    {
        try
        {
            var answer = await call(cancellation.Token);
            End("completed", () => result = JsonSerializer.SerializeToNode(answer, McpJsonUtilities.DefaultOptions));
        }
        catch (McpProtocolException e)
        {
            End("failed", () => error = new JsonObject { ["code"] = (int)e.ErrorCode, ["message"] = e.Message });
        }
        catch (OperationCanceledException)
        {
            End("cancelled", () => { });
        }
    }

    /// <summary>Asks the client; the call waits for the answers.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> AskAsync(IReadOnlyDictionary<string, InputRequest> asked)
    {
        var answers = new Dictionary<string, Task<JsonElement>>();
        lock (gate)
        {
            foreach (var (key, question) in asked)
            {
                var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
                questions[key] = (question, answer);
                answers[key] = answer.Task.WaitAsync(cancellation.Token);
            }

            Change("input_required");
        }

        await Task.WhenAll(answers.Values);
        return answers.ToDictionary(entry => entry.Key, entry => entry.Value.Result);
    }

    /// <summary>Takes answers; those to questions not asked are ignored.</summary>
    public void Answer(JsonObject answers)
    {
        lock (gate)
        {
            foreach (var (key, value) in answers)
            {
                if (questions.Remove(key, out var question))
                {
                    question.Answer.SetResult(JsonSerializer.SerializeToElement(value));
                }
            }

            if (status == "input_required" && questions.Count == 0)
            {
                Change("working");
            }
        }
    }

    /// <summary>Asks the call to end.</summary>
    public void Cancel() => cancellation.Cancel();

    /// <summary>As on the wire: what <c>tasks/get</c> answers, or with less of it the answer to the call.</summary>
    public JsonObject Describe(bool detailed)
    {
        lock (gate)
        {
            var description = new JsonObject
            {
                ["resultType"] = detailed ? "complete" : "task",
                ["taskId"] = Id,
                ["status"] = status,
                ["createdAt"] = created.ToString("O"),
                ["lastUpdatedAt"] = updated.ToString("O"),
                ["ttlMs"] = 600_000,
                ["pollIntervalMs"] = 50,
            };
            if (detailed)
            {
                Add("result", result?.DeepClone());
                Add("error", error?.DeepClone());
                Add("inputRequests", status == "input_required"
                    ? JsonSerializer.SerializeToNode(
                        questions.ToDictionary(entry => entry.Key, entry => entry.Value.Question), McpJsonUtilities.DefaultOptions)
                    : null);
            }

            return description;

            void Add(string name, JsonNode? value)
            {
                if (value is not null)
                {
                    description[name] = value;
                }
            }
        }
    }

    private void End(string finalStatus, Action keep)
    {
        lock (gate)
        {
            keep();
            Change(finalStatus);
        }
    }

    private void Change(string newStatus) => (status, updated) = (newStatus, TimeProvider.System.GetUtcNow());
}

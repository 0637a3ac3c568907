using System.Text;
using System.Text.Json;
using Coda.Core.Agents;
using Coda.Core.WorkingTrees;

namespace Coda.Core.Tasks;

/// <summary>A request that can be carried out.</summary>
internal sealed record CheckedRequest(
    TaskRequest Request, AgentDefinition Agent, string WorkingDirectory, string Context, TaskView? Predecessor)
{
    /// <summary>Whether the agent may do everything.</summary>
    public bool Yolo => Request.Permissions == "yolo";
}

/// <summary>What a request must be; whatever is wrong is said in words the caller can act on.</summary>
internal sealed class TaskRequestRules(AgentCatalog agents, WorkingDirectories directories, TaskStore store, RunningTasks running)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxEmail = 320;
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Checks a request: the checked one, or null and why not.</summary>
    public async Task<(CheckedRequest? Checked, string Refusal)> CheckAsync(TaskRequest request, CancellationToken cancellation)
    {
        if (Fault(request) is { } fault)
        {
            return (null, fault);
        }

        var choice = agents.ChooseForTask(request.Agent.Trim());
        if (choice is AgentChoice.None none)
        {
            return (null, none.Message);
        }

        if (ContextFault(request.Context, out var context) is { } contextFault)
        {
            return (null, contextFault);
        }

        TaskView? predecessor = null;
        if (request.PreviousSessionId.Length > 0)
        {
            var (found, refusal) = await PredecessorAsync(request.PreviousSessionId, cancellation);
            if (found is null)
            {
                return (null, refusal);
            }

            predecessor = found;
        }

        var asked = request.WorkingDirectory.Length > 0 ? request.WorkingDirectory : predecessor?.WorkingDirectory ?? "";
        return WorkingDirectoryFault(asked, out var directory) is { } directoryFault
            ? (null, directoryFault)
            : (new CheckedRequest(request, ((AgentChoice.Chosen)choice).Agent, directory, context, predecessor), "");
    }

    private static string? Fault(TaskRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Prompt))
        {
            return "prompt is empty. Say what is to be done.";
        }

        if (Encoding.UTF8.GetByteCount(request.Prompt) is > MaxBytes and var bytes)
        {
            return $"prompt is {bytes:N0} bytes; at most {MaxBytes:N0} (1 MB) are taken. "
                + "Put the material into files of the working directory and name them.";
        }

        if (request.Prompt.Contains('\0'))
        {
            return "prompt holds a NUL character, which no program can be given. Leave it out.";
        }

        if (request.Email.Length > MaxEmail)
        {
            return $"email is a label of at most {MaxEmail} characters.";
        }

        if (request.Permissions is not ("smart" or "yolo"))
        {
            return $"permissions must be 'smart' or 'yolo', not '{OneLine.Of(request.Permissions, 50)}'.";
        }

        return request.TimeoutSeconds is >= 1 and <= 86400
            ? null
            : $"timeout_s must be between 1 and 86400 seconds, not {request.TimeoutSeconds}.";
    }

    private static string? ContextFault(string context, out string indented)
    {
        indented = "";
        if (string.IsNullOrWhiteSpace(context))
        {
            return null;
        }

        if (Encoding.UTF8.GetByteCount(context) > MaxBytes)
        {
            return $"context is larger than {MaxBytes:N0} bytes (1 MB).";
        }

        try
        {
            using var document = JsonDocument.Parse(context);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return "context must be a JSON object, as text; "
                    + $"this is a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}.";
            }

            indented = document.RootElement.EnumerateObject().Any() ? JsonSerializer.Serialize(document.RootElement, Indented) : "";
            return null;
        }
        catch (JsonException e) when (e.LineNumber is not null)
        {
            return $"Invalid JSON in context parameter: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Reason(e)}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // "\ud800" is JSON but no text.
            return "Invalid JSON in context parameter: it holds text that is not valid Unicode.";
        }
    }

    // The message ends with its own account of the place, which counts from 0.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0];

    private async Task<(TaskView? Found, string Refusal)> PredecessorAsync(string sessionId, CancellationToken cancellation)
    {
        if (!SessionId.TryParse(sessionId, out _))
        {
            return (null, $"previous_session_id '{OneLine.Of(sessionId, 50)}' is malformed: "
                + "it is the session_id of an earlier task, sess- and 12 hex digits.");
        }

        var found = running.FindBySession(sessionId)?.View ?? await store.FindBySessionAsync(sessionId, cancellation);
        return found switch
        {
            null => (null, $"previous_session_id '{sessionId}' is unknown. coda_inbox lists the sessions there are."),
            { Status: CodingTaskStatus.Running } => (null,
                $"previous_session_id '{sessionId}': its task {found.TaskId} is still running. "
                + "Wait until it has ended, or end it with coda_cancel."),
            _ => (found, ""),
        };
    }

    private string? WorkingDirectoryFault(string asked, out string directory)
    {
        if (asked.Length > 0)
        {
            return directories.TryResolve(asked, out directory, out var error) ? null : $"workdir: {error}";
        }

        try
        {
            directory = directories.Default();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            directory = "";
            return $"The working directory cannot be made: {e.Message} The operator can set Workspaces:WorkingDirectory.";
        }
    }
}

using Coda.Core.Agents;
using Coda.Core.Files;
using Coda.Core.Storage;
using Coda.Core.Terminals;

namespace Coda.Core.Tasks;

/// <summary>Turns a request into a running task, or into a refusal that leaves nothing behind.</summary>
internal sealed class TaskStarter(
    TaskRequestRules rules, AgentCatalog agents, TaskSlots slots, TaskStore store, RunningTasks running, TerminalRegistry terminals,
    Database database, CodaHome home, StopDeadline deadline, TimeProvider time)
{
    private const int SummaryLength = 100;
    private static readonly TimeSpan LongestSave = TimeSpan.FromSeconds(5);
    private readonly SharedTrees trees = new();
    private volatile string closed = "The server is starting; try again in a moment.";

    /// <summary>Takes requests from now on.</summary>
    public void Open() => closed = "";

    /// <summary>Takes no more.</summary>
    public void Close() => closed = "The server is stopping; try again when it is back.";

    /// <summary>Starts a task.</summary>
    public async Task<TaskStart> StartAsync(Caller caller, TaskRequest request, CancellationToken cancellation)
    {
        if (closed is { Length: > 0 } reason)
        {
            return new TaskStart.Refused(reason);
        }

        if (database.Trouble is { } trouble)
        {
            return new TaskStart.Refused($"No new task can be taken: {trouble} Running ones continue.");
        }

        var (asked, refusal) = await rules.CheckAsync(request, cancellation);
        if (asked is null)
        {
            return new TaskStart.Refused(refusal);
        }

        if (slots.TryTake(out refusal) is not { } slot)
        {
            return new TaskStart.Refused(refusal);
        }

        TaskStart? outcome = null;
        try
        {
            return outcome = await BeginAsync(caller, asked, slot, cancellation);
        }
        finally
        {
            // Once it runs, its end gives the slot back.
            if (outcome is not TaskStart.Started)
            {
                slot.Dispose();
            }
        }
    }

    private async Task<TaskStart> BeginAsync(Caller caller, CheckedRequest asked, TaskSlots.Slot slot, CancellationToken cancellation)
    {
        if (await AddAsync(asked, cancellation) is not { } view)
        {
            return new TaskStart.Refused($"No new task can be taken: {database.Trouble ?? "the database does not answer."}");
        }

        // In the database first: whatever happens from here on, no process runs that is not known.
        slot.Holder = view.TaskId;
        var files = new TaskFiles(home, view.SessionId, view.TaskId);
        RunningTask? task = null;
        ObservedChanges? changes = null;
        string refusal;
        try
        {
            WriteFiles(asked, view, files);
            changes = await ObservedChanges.BeginAsync(view.WorkingDirectory, files, trees, deadline, time, cancellation);
            var opening = await terminals.OpenAsync(caller, Launch(asked, view, files), cancellation);
            if (opening is TerminalOpening.Opened { Terminal: var terminal })
            {
                task = new RunningTask(
                    view with { TerminalId = terminal.Id.ToString() },
                    files, terminal, changes, asked.Agent.ExitCodeDecides, slot, running);
                running.Add(task);
                if (closed.Length > 0)
                {
                    // The server began to stop meanwhile, and has counted those to end.
                    task.TryEnd(TaskEnding.ServerStopped, Caller.System("stop"));
                }

                return new TaskStart.Started(task.View);
            }

            refusal = ((TerminalOpening.Refused)opening).Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refusal = $"The task's files cannot be written: {e.Message}";
        }
        finally
        {
            if (task is null)
            {
                changes?.Abandon();

                // With the disk full the row waits in the queue; it is not waited for here.
                await running.ObserveAsync(store.RemoveAsync(view.TaskId)).WaitAsync(LongestSave, time, CancellationToken.None)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                files.Remove();
            }
        }

        return new TaskStart.Refused(refusal);
    }

    /// <summary>Adds the task under fresh ids; null when the database cannot take it.</summary>
    private async Task<TaskView?> AddAsync(CheckedRequest asked, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(LongestSave, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            while (true)
            {
                var view = View(asked);
                if (!Directory.Exists(Path.Combine(home.SessionsDirectory, view.SessionId)) && await store.TryAddAsync(view, either.Token))
                {
                    return view;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private TaskView View(CheckedRequest asked) => new()
    {
        TaskId = TaskId.New().ToString(),
        SessionId = SessionId.New().ToString(),
        Status = CodingTaskStatus.Running,
        Email = asked.Request.Email.Trim(),
        Agent = asked.Agent.Name,
        Permissions = asked.Request.Permissions,
        TimeoutSeconds = asked.Request.TimeoutSeconds,
        PromptSummary = OneLine.Of(asked.Request.Prompt, SummaryLength),
        PreviousSessionId = asked.Request.PreviousSessionId,
        AnswersTaskId = asked.Request.Reply?.Task.TaskId ?? "",
        WorkingDirectory = asked.WorkingDirectory,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
        Version = 1,
    };

    private void WriteFiles(CheckedRequest asked, TaskView view, TaskFiles files)
    {
        files.Create();
        var isScript = asked.Agent.PromptVia == PromptVia.Script;
        files.WriteRequest(new KeptRequest(
            asked.Request.Prompt, asked.Request.Context, asked.Request.WorkflowProtocol, asked.Request.Reply?.Answer));
        files.Write(
            isScript ? files.Script : files.Prompt,
            isScript ? WithUnixLineEnds(asked.Request.Prompt) : Envelope(asked, view, files).Write());

        foreach (var (name, content) in asked.Agent.Files)
        {
            files.Write(Path.Combine(files.Directory, name), content);
        }

        try
        {
            AgentSeeds.EnsureSettings(asked.Agent, trusted: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written: if the agent misses something there, it says so itself.
        }
    }

    /// <summary>A script written where lines end with CR LF means LF: bash takes the CR for a part of the last word.</summary>
    private static string WithUnixLineEnds(string script)
    {
        var unix = script.Replace("\r\n", "\n", StringComparison.Ordinal);
        // all of them, or they are meant
        return script.Length - unix.Length == script.Count(character => character == '\n') ? unix : script;
    }

    private PromptEnvelope Envelope(CheckedRequest asked, TaskView view, TaskFiles files) => new()
    {
        TaskId = view.TaskId,
        SessionId = view.SessionId,
        Files = files,
        Email = view.Email,
        Prompt = asked.Request.Prompt,
        Context = asked.Context,
        Reply = asked.Request.Reply,
        Prior = asked.Predecessor is { } predecessor ? Prior(predecessor) : null,
        Capabilities = asked.Request.WorkflowProtocol
            ? Capabilities.Find(SearchPath(asked.Agent), HomePath.Directory, agents.All)
            : null,
    };

    private PriorTask Prior(TaskView predecessor)
    {
        var files = new TaskFiles(home, predecessor.SessionId, predecessor.TaskId);
        return new PriorTask(predecessor, Array.Find([files.Result, files.RootResult], IsThere));

        bool IsThere(string path)
        {
            try
            {
                using var file = files.Find(path);
                return file is not null;
            }
            catch (IOException)
            {
                return false; // a pipe or a link: nothing to send an agent to
            }
        }
    }

    private static string SearchPath(AgentDefinition agent) =>
        TerminalEnvironment.SearchPath(TerminalEnvironment.OfServer(), AgentCommand.ForPerson(agent, "", "/"));

    private static TerminalLaunch Launch(CheckedRequest asked, TaskView view, TaskFiles files) => new()
    {
        Mode = TerminalMode.Run,
        Label = $"{view.Agent}: {view.PromptSummary}",
        Agent = view.Agent,
        TaskId = view.TaskId,
        Command = AgentCommand.ForTask(
            asked.Agent,
            asked.Yolo,
            new AgentPlaces(
                asked.Agent.PromptVia == PromptVia.Script ? files.Script : files.Prompt,
                files.Results, files.Directory, view.WorkingDirectory),
            Variables(asked, view, files)),
    };

    private static Dictionary<string, string> Variables(CheckedRequest asked, TaskView view, TaskFiles files)
    {
        var variables = new Dictionary<string, string>
        {
            ["CODA_TASK_ID"] = view.TaskId,
            ["CODA_SESSION_ID"] = view.SessionId,
            ["CODA_RESULTS_DIR"] = files.Results,
        };
        if (asked.Request.Reply is { } reply && asked.Agent.PromptVia == PromptVia.Script)
        {
            // A script has no envelope to read the answer in.
            variables["CODA_ANSWER"] = reply.Answer;
        }

        return variables;
    }
}

using Coda.Core.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Coda.Core.Tasks;

/// <summary>A place in the inbox: tasks are ordered by creation, newest first.</summary>
internal readonly record struct InboxPlace(long CreatedAt, long Sequence);

/// <summary>A task with its place.</summary>
internal sealed record PlacedTask(InboxPlace Place, TaskView View);

/// <summary>The tasks in the database.</summary>
internal sealed class TaskStore(Database database, CodaHome home, TimeProvider time)
{
    /// <summary>How many progress lines of a task are kept.</summary>
    public const int MaxProgress = 1000;

    private const int Constraint = 19;
    private const string Columns = """
        seq AS Seq, id AS Id, session_id AS SessionId, terminal_id AS TerminalId, email AS Email, agent AS Agent,
        permissions AS Permissions, timeout_s AS TimeoutS, prompt_summary AS PromptSummary, previous_session_id AS PreviousSessionId,
        working_directory AS WorkingDirectory, status AS Status, created_at AS CreatedAt, ended_at AS EndedAt, step AS Step,
        progress AS Progress, summary AS Summary, version AS Version, answers AS Answers
        """;

    private const string Insert = """
        INSERT INTO tasks (id, session_id, terminal_id, email, agent, permissions, timeout_s, prompt_summary, previous_session_id,
            working_directory, status, created_at, step, progress, summary, version, answers)
        VALUES (@Id, @SessionId, @TerminalId, @Email, @Agent, @Permissions, @TimeoutS, @PromptSummary, @PreviousSessionId,
            @WorkingDirectory, @Status, @CreatedAt, @Step, @Progress, @Summary, @Version, @Answers)
        """;

    /// <summary>Adds a new task; false when one of its ids is taken.</summary>
    public async Task<bool> TryAddAsync(TaskView task, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(
                (connection, transaction) => connection.Execute(
                    Insert,
                    Row.Of(task),
                    transaction),
                cancellation);
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Constraint)
        {
            return false;
        }
    }

    /// <summary>Takes back a task that never began.</summary>
    public Task RemoveAsync(string taskId) => database.WriteAsync(
        (connection, transaction) => connection.Execute("DELETE FROM tasks WHERE id = @taskId", new { taskId }, transaction),
        CancellationToken.None);

    /// <summary>Writes a task's state, and its result once it has one.</summary>
    public Task UpdateAsync(TaskView task, TaskResult? result) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            """
            UPDATE tasks SET terminal_id = @TerminalId, status = @Status, ended_at = @EndedAt, step = @Step, progress = @Progress,
                summary = @Summary, version = @Version, result = @Result
            WHERE id = @Id AND version <= @Version
            """,
            Row.Of(task) with { Result = result is null ? null : ResultFormat.Save(result) },
            transaction),
        CancellationToken.None);

    /// <summary>Adds progress lines, numbered from <paramref name="first"/>, and forgets those too many.</summary>
    public Task AddProgressAsync(string taskId, long first, IReadOnlyList<TaskProgress> lines) => database.WriteAsync(
        (connection, transaction) =>
        {
            connection.Execute(
                "INSERT OR REPLACE INTO task_progress (task_id, seq, at, step, message, line) "
                + "VALUES (@taskId, @seq, @at, @step, @message, @line)",
                lines.Select((line, index) => new
                {
                    taskId, seq = first + index, at = line.At.ToUnixTimeMilliseconds(),
                    step = line.Step, message = line.Message, line = line.Line,
                }),
                transaction);
            return connection.Execute(
                "DELETE FROM task_progress WHERE task_id = @taskId AND seq <= @last",
                new { taskId, last = first + lines.Count - 1 - MaxProgress },
                transaction);
        },
        CancellationToken.None);

    /// <summary>The progress lines of a task, oldest first.</summary>
    public Task<IReadOnlyList<TaskProgress>> ProgressAsync(
        string taskId, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<TaskProgress>>(
        connection =>
        [
            .. connection.Query<(long At, string Step, string Message)>(
                    "SELECT at, step, message FROM task_progress WHERE task_id = @taskId ORDER BY seq", new { taskId })
                .Select(line => new TaskProgress(DateTimeOffset.FromUnixTimeMilliseconds(line.At), line.Step, line.Message)),
        ],
        cancellation);

    /// <summary>The number of the newest progress line of a task; 0 = none.</summary>
    public Task<(long Number, long Line)> LastProgressAsync(string taskId, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QuerySingle<(long, long)>(
            "SELECT coalesce(max(seq), 0), coalesce(max(line), 0) FROM task_progress WHERE task_id = @taskId", new { taskId }),
        cancellation);

    /// <summary>A task by its id, or null.</summary>
    public Task<TaskView?> FindAsync(string taskId, CancellationToken cancellation) => FirstAsync("id = @key", taskId, cancellation);

    /// <summary>The task of a session, or null.</summary>
    public Task<TaskView?> FindBySessionAsync(string sessionId, CancellationToken cancellation) =>
        FirstAsync("session_id = @key", sessionId, cancellation);

    /// <summary>The newest task that continues with the reply to a task's question, or null.</summary>
    public Task<TaskView?> FindReplyAsync(string taskId, CancellationToken cancellation) =>
        FirstAsync("answers = @key AND answers <> '' ORDER BY seq DESC", taskId, cancellation);

    /// <summary>The result of a task that ended, or null.</summary>
    public Task<TaskResult?> ResultAsync(string taskId, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QueryFirstOrDefault<string>("SELECT result FROM tasks WHERE id = @taskId", new { taskId }) is { } json
            ? ResultFormat.Load(json)
            : null,
        cancellation);

    /// <summary>The tasks the database believes to be running.</summary>
    public Task<List<TaskView>> RunningAsync(CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<Row>($"SELECT {Columns} FROM tasks WHERE status = 'running' ORDER BY seq")
            .Select(row => row.View()).ToList(),
        cancellation);

    /// <summary>What the counters need of every task since a moment.</summary>
    public Task<List<(DateTimeOffset CreatedAt, string Email, CodingTaskStatus Status)>> CountableAsync(
        DateTimeOffset since, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.Query<(long CreatedAt, string Email, string Status)>(
                "SELECT created_at, email, status FROM tasks WHERE created_at >= @since", new { since = since.ToUnixTimeMilliseconds() })
            .Select(row => (DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), row.Email, Parse(row.Status)))
            .ToList(),
        cancellation);

    /// <summary>How many tasks there are since a moment, by label and status.</summary>
    public Task<List<(string Email, CodingTaskStatus Status, int Count)>> CountAsync(
        DateTimeOffset since, CancellationToken cancellation) =>
        database.ReadAsync(
            connection => connection.Query<(string Email, string Status, long Count)>(
                    "SELECT email, status, count(*) FROM tasks WHERE created_at >= @since GROUP BY email, status",
                    new { since = since.ToUnixTimeMilliseconds() })
                .Select(row => (row.Email, Parse(row.Status), (int)row.Count))
                .ToList(),
            cancellation);

    /// <summary>The files of tasks that have ended.</summary>
    public async Task<List<EndedFiles>> EndedFilesAsync(CancellationToken cancellation)
    {
        var ended = await database.ReadAsync(
            connection => connection.Query<(string Id, string Session, long EndedAt)>(
                "SELECT id, session_id, ended_at FROM tasks WHERE ended_at IS NOT NULL AND files_removed_at IS NULL").AsList(),
            cancellation);
        return ended.ConvertAll(task => new EndedFiles(
            DateTimeOffset.FromUnixTimeMilliseconds(task.EndedAt),
            Path.Combine(home.SessionsDirectory, task.Session),
            () => NoteFilesRemovedAsync(task.Id)));
    }

    /// <summary>A page of tasks, newest first; the statuses asked for, if any, all count as the same.</summary>
    public Task<List<PlacedTask>> PageAsync(
        DateTimeOffset since, string email, IReadOnlyCollection<CodingTaskStatus> statuses,
        InboxPlace? before, int limit, CancellationToken cancellation) =>
        database.ReadAsync(
            connection => connection.Query<Row>(
                    $"""
                    SELECT {Columns} FROM tasks
                    WHERE created_at >= @since
                    {(email.Length > 0 ? "AND email = @email" : "")}
                    {(statuses.Count > 0 ? "AND counts_as = @counts AND status IN @names" : "")}
                    {(before is null ? "" : "AND (created_at, seq) < (@created, @seq)")}
                    ORDER BY created_at DESC, seq DESC LIMIT @limit
                    """,
                    new
                    {
                        since = since.ToUnixTimeMilliseconds(),
                        email,
                        names = statuses.Select(status => status.Name()),
                        counts = statuses.Select(status => status.CountsAs().Name()).FirstOrDefault(),
                        created = before?.CreatedAt,
                        seq = before?.Sequence,
                        limit,
                    })
                .Select(row => new PlacedTask(new InboxPlace(row.CreatedAt, row.Seq), row.View()))
                .ToList(),
            cancellation);

    private Task<int> NoteFilesRemovedAsync(string taskId) => database.WriteAsync(
        (connection, transaction) => connection.Execute(
            """
            UPDATE tasks SET files_removed_at = @now WHERE id = @taskId;
            DELETE FROM task_progress WHERE task_id = @taskId;
            """,
            new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), taskId },
            transaction),
        CancellationToken.None);

    private Task<TaskView?> FirstAsync(string condition, string key, CancellationToken cancellation) => database.ReadAsync(
        connection => connection.QueryFirstOrDefault<Row>($"SELECT {Columns} FROM tasks WHERE {condition}", new { key })?.View(),
        cancellation);

    private static CodingTaskStatus Parse(string name) => StatusNames.TryParse(name, out var status) ? status : CodingTaskStatus.Failed;

    private sealed record Row
    {
        public long Seq { get; init; }
        public string Id { get; init; } = "";
        public string SessionId { get; init; } = "";
        public string TerminalId { get; init; } = "";
        public string Email { get; init; } = "";
        public string Agent { get; init; } = "";
        public string Permissions { get; init; } = "";
        public long TimeoutS { get; init; }
        public string PromptSummary { get; init; } = "";
        public string PreviousSessionId { get; init; } = "";
        public string WorkingDirectory { get; init; } = "";
        public string Status { get; init; } = "";
        public long CreatedAt { get; init; }
        public long? EndedAt { get; init; }
        public string Step { get; init; } = "";
        public string Progress { get; init; } = "";
        public string Summary { get; init; } = "";
        public long Version { get; init; }
        public string Answers { get; init; } = "";
        public string? Result { get; init; }

        public static Row Of(TaskView task) => new()
        {
            Id = task.TaskId,
            SessionId = task.SessionId,
            TerminalId = task.TerminalId,
            Email = task.Email,
            Agent = task.Agent,
            Permissions = task.Permissions,
            TimeoutS = task.TimeoutSeconds,
            PromptSummary = task.PromptSummary,
            PreviousSessionId = task.PreviousSessionId,
            WorkingDirectory = task.WorkingDirectory,
            Status = task.Status.Name(),
            CreatedAt = task.CreatedAt.ToUnixTimeMilliseconds(),
            EndedAt = task.EndedAt?.ToUnixTimeMilliseconds(),
            Step = task.Step,
            Progress = task.Progress,
            Summary = task.Summary,
            Version = task.Version,
            Answers = task.AnswersTaskId,
        };

        public TaskView View() => new()
        {
            TaskId = Id,
            SessionId = SessionId,
            TerminalId = TerminalId,
            Email = Email,
            Agent = Agent,
            Permissions = Permissions,
            TimeoutSeconds = (int)TimeoutS,
            PromptSummary = PromptSummary,
            PreviousSessionId = PreviousSessionId,
            WorkingDirectory = WorkingDirectory,
            Status = Parse(Status),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            EndedAt = EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
            Step = Step,
            Progress = Progress,
            Summary = Summary,
            Version = Version,
            AnswersTaskId = Answers,
        };
    }
}

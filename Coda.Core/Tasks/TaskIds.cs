using Coda.Core.Security;

namespace Coda.Core.Tasks;

/// <summary>Names a task: <c>task-</c> + 8 hex digits.</summary>
public readonly record struct TaskId
{
    private readonly string? value;

    private TaskId(string value) => this.value = value;

    /// <summary>Draws a new id.</summary>
    public static TaskId New() => new(RandomId.New("task-", 8));

    /// <summary>The id of a task that is known.</summary>
    public static TaskId Of(TaskView task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new TaskId(task.TaskId);
    }

    /// <summary>Reads an id that came from outside.</summary>
    public static bool TryParse(string? text, out TaskId id)
    {
        var wellFormed = RandomId.IsWellFormed(text, "task-", 8);
        id = wellFormed ? new TaskId(text!) : default;
        return wellFormed;
    }

    /// <inheritdoc />
    public override string ToString() => value ?? "";
}

/// <summary>Names the ephemeral session of one task: <c>sess-</c> + 12 hex digits.</summary>
public readonly record struct SessionId
{
    private readonly string? value;

    private SessionId(string value) => this.value = value;

    /// <summary>Draws a new id.</summary>
    public static SessionId New() => new(RandomId.New("sess-", 12));

    /// <summary>Reads an id that came from outside.</summary>
    public static bool TryParse(string? text, out SessionId id)
    {
        var wellFormed = RandomId.IsWellFormed(text, "sess-", 12);
        id = wellFormed ? new SessionId(text!) : default;
        return wellFormed;
    }

    /// <inheritdoc />
    public override string ToString() => value ?? "";
}

using Coda.Core.Tasks;
using Coda.Core.Terminals.Engine;

namespace Coda.Web.Mcp;

/// <summary>
/// What <c>coda://tasks/{id}/screen</c> holds: <c>{"task_id":"task-0a1b2c3d","status":"running","title":"","columns":120,"rows":32,
/// "cursor":{"column":1,"row":2,"visible":true},"alternate":false,"lines":["first row",…]}</c>.
/// </summary>
internal sealed record TaskScreen
{
    /// <summary>Names the task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Its status: while it is not <c>running</c>, the screen is what it showed last.</summary>
    public required string Status { get; init; }

    /// <summary>The window title that the program has set; empty = none.</summary>
    public required string Title { get; init; }

    /// <summary>Width in cells.</summary>
    public required int Columns { get; init; }

    /// <summary>Height in cells: so many lines there are.</summary>
    public required int Rows { get; init; }

    /// <summary>Where the cursor is.</summary>
    public required ScreenCursor Cursor { get; init; }

    /// <summary>Whether it is the alternate screen, that of a full-screen program.</summary>
    public required bool Alternate { get; init; }

    /// <summary>The rows from top to bottom, without blanks at their ends.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Describes the screen of a task.</summary>
    public static TaskScreen Of(TaskView task, ScreenView screen) => new()
    {
        TaskId = task.TaskId,
        Status = task.Status.Name(),
        Title = screen.Title,
        Columns = screen.Size.Columns,
        Rows = screen.Size.Rows,
        Cursor = new ScreenCursor(screen.CursorColumn, screen.CursorRow, screen.IsCursorVisible),
        Alternate = screen.IsAlternate,
        Lines = screen.Rows,
    };
}

/// <summary>A cursor on a screen.</summary>
/// <param name="Column">From 1.</param>
/// <param name="Row">From 1.</param>
/// <param name="Visible">Whether it is seen.</param>
internal sealed record ScreenCursor(int Column, int Row, bool Visible);

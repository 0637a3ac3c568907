namespace Coda.Core.Storage;

/// <summary>Files of something that has ended, which retention may remove.</summary>
/// <param name="EndedAt">When that was.</param>
/// <param name="Directory">Holds them, and nothing else.</param>
/// <param name="NoteRemovedAsync">Notes in the rows of their feature that they are gone.</param>
internal sealed record EndedFiles(DateTimeOffset EndedAt, string Directory, Func<Task> NoteRemovedAsync);

namespace Coda.Core.WorkingTrees;

/// <summary>A file that differs between two snapshots.</summary>
/// <param name="Path">Relative to the root of the repository.</param>
/// <param name="Kind"><c>A</c>dded, <c>M</c>odified, <c>D</c>eleted or <c>T</c>ype changed, as git says it.</param>
public sealed record FileChange(string Path, char Kind);

namespace Coda.Core.Terminals;

/// <summary>What a terminal is shown on.</summary>
/// <param name="Name">
/// For people, such as <c>Firefox on Linux</c>; from the device itself, empty when it does not say, at most 40 characters.
/// </param>
/// <param name="IsTouch">Whether fingers work it, and no mouse.</param>
public sealed record ViewerDevice(string Name, bool IsTouch);

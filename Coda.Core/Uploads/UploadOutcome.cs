namespace Coda.Core.Uploads;

/// <summary>Why a file was not kept.</summary>
public enum UploadRefusal
{
    /// <summary>No one types into this terminal: it is a task's, or it has ended.</summary>
    ReadOnly,

    /// <summary>It is larger than a file may be.</summary>
    TooLarge,

    /// <summary>There is no room for it: in what all files together may take, or on the disk.</summary>
    NoRoom,

    /// <summary>It did not arrive whole.</summary>
    Cut,

    /// <summary>The place of uploads is not to be used.</summary>
    Unusable,
}

/// <summary>What became of an upload.</summary>
public abstract record UploadOutcome
{
    /// <summary>It is kept.</summary>
    /// <param name="Path">Absolute.</param>
    public sealed record Kept(string Path) : UploadOutcome;

    /// <summary>Nothing of it is.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Message">For the person who sent it.</param>
    public sealed record Refused(UploadRefusal Reason, string Message) : UploadOutcome;
}

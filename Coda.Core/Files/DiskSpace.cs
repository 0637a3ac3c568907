namespace Coda.Core.Files;

/// <summary>Tells a disk without space from one that fails.</summary>
internal static class DiskSpace
{
    // errno(3): EFBIG, ENOSPC, EDQUOT; .NET keeps them as they are where it has no exception of its own for them.
    private const int TooLarge = 27;
    private const int NoSpace = 28;
    private const int OverQuota = 122;

    /// <summary>Whether something could not be written because there is no space for it.</summary>
    public static bool IsMissing(Exception failure) => failure is IOException { HResult: TooLarge or NoSpace or OverQuota };
}

using System.Buffers;
using System.Text.Json;
using Coda.Core.Files;
using Coda.Core.Recordings;

namespace Coda.Core.Replays;

/// <summary>The overview of a recording that has ended, kept beside it.</summary>
internal static class OverviewFile
{
    /// <summary>Raised when overviews say something else, or keyframes are made again: those kept before are made again.</summary>
    public const int Version = 1000 * KeyframeFile.ModelVersion + 1;

    private const int Largest = 16 << 20;

    /// <summary>The one that is kept; null when there is none, or the files it was made of are others now.</summary>
    public static byte[]? Find(RecordingFiles files)
    {
        try
        {
            using var file = File.OpenHandle(files.OverviewPath);
            var bytes = new byte[Math.Min(RandomAccess.GetLength(file), Largest)];
            return RandomAccess.Read(file, bytes, 0) == bytes.Length && IsOf(files, bytes) ? bytes : null;
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Makes one.</summary>
    public static byte[] Make(OverviewScan scan, bool keyframesFollow)
    {
        var bytes = new ArrayBufferWriter<byte>(4 << 10);
        using (var json = new Utf8JsonWriter(bytes))
        {
            scan.Write(json, keyframesFollow);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Keeps one; on a full disk it is made again when it is asked for.</summary>
    public static void Keep(RecordingFiles files, byte[] overview)
    {
        try
        {
            using var draft = new DraftFile(files.OverviewPath);
            draft.Stream.Write(overview);
            draft.Publish();
        }
        catch (IOException)
        {
            // Nothing is lost but the time to make it.
        }
    }

    private static bool IsOf(RecordingFiles files, byte[] overview)
    {
        using var json = JsonDocument.Parse(overview);
        var root = json.RootElement;
        var madeOf = root.GetProperty("files");
        return root.GetProperty("version").GetInt32() == Version
            && madeOf.GetProperty("timing").GetInt64() == new FileInfo(files.TimingPath).Length
            && madeOf.GetProperty("keyframes").GetInt64()
                == (new FileInfo(files.KeyframesPath) is { Exists: true } file ? file.Length : 0);
    }
}

using System.Text;
using Coda.Core.Recordings;
using Microsoft.Extensions.Time.Testing;

namespace Coda.Core.Tests.Replays;

/// <summary>A recording as a terminal's engine makes it, but for its keyframes, in a time of its own.</summary>
internal sealed class MadeRecording : IDisposable
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch);
    private readonly Recording recording;

    public MadeRecording(string directory, int columns = 80, int rows = 24, long cap = 1 << 30)
    {
        Files = RecordingFiles.In(directory);
        recording = new Recording(
            directory, new RecordingHeader(time.GetUtcNow(), columns, rows, "xterm", "/dev/pts/0", "bash"), cap, time, _ => { });
    }

    public RecordingFiles Files { get; }

    public RecordingPlace Place => recording.Place!.Value;

    /// <summary>Seconds pass.</summary>
    public MadeRecording Wait(double seconds)
    {
        time.Advance(TimeSpan.FromSeconds(seconds));
        return this;
    }

    public MadeRecording Output(string text)
    {
        recording.Append(Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>So many lines of text that are all different.</summary>
    public MadeRecording Lines(int count, int seed = 1, double apart = 0.01)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var word = new string((char)random.Next('a', 'z'), random.Next(100));
            Wait(apart).Output($"\e[3{random.Next(8)}m{i} {random.NextInt64():x} {word}\r\n");
        }

        return this;
    }

    public MadeRecording Lose(int bytes)
    {
        recording.Append(new byte[bytes], leftOut: true);
        return this;
    }

    public MadeRecording Resize(int columns, int rows)
    {
        recording.Resize(columns, rows);
        return this;
    }

    public MadeRecording Mark(string text)
    {
        recording.Mark(text);
        return this;
    }

    public void Add(Keyframe keyframe) => recording.Add(keyframe);

    public RecordingFiles End()
    {
        recording.Complete(0);
        return Files;
    }

    public void Dispose() => recording.Dispose();
}

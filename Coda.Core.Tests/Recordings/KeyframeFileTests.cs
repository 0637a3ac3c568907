using Coda.Core.Recordings;

namespace Coda.Core.Tests.Recordings;

/// <summary>What of a keyframes file counts.</summary>
public sealed class KeyframeFileTests : IDisposable
{
    private static readonly Keyframe[] Keyframes = [Made(1), Made(2), Made(3)];
    private static readonly RecordingPlace End = new(4_000, 4_100, TimeSpan.FromSeconds(9), 400, 90, 30);
    private readonly string root = Directory.CreateTempSubdirectory("coda-keyframes-").FullName;

    private string File => Path.Combine(root, "keyframes");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void What_was_written_is_read()
    {
        var index = Read(Whole());
        Confirm(index);
        Assert.Equal(Keyframes.Select(keyframe => keyframe.Place), index.Confirmed.Select(entry => entry.Place));
        foreach (var (entry, keyframe) in index.Confirmed.Zip(Keyframes))
        {
            Assert.Equal(keyframe.Snapshot, Whole()[(int)entry.Start..(int)(entry.Start + entry.Length)]);
            Assert.Equal("picture", System.Text.Encoding.UTF8.GetString(keyframe.Unpack())[..7]);
        }

        Assert.True(index.IsWhole(End));
        Assert.False(index.IsWhole(End with { Offset = 1 }));
        Assert.True(KeyframeIndex.SeemsWhole(File, End.TimingOffset));
        Assert.False(KeyframeIndex.SeemsWhole(File, End.TimingOffset + 1));
    }

    [Fact]
    public void Of_a_torn_file_what_is_whole_counts()
    {
        var whole = Whole();
        for (var length = 0; length < whole.Length; length += 7)
        {
            var index = Read(whole[..length]);
            Confirm(index);
            var ends = Keyframes.Select((_, i) => Whole(i + 1, end: false).Length);
            Assert.Equal(ends.Count(end => end <= length), index.Confirmed.Count);
            Assert.False(index.IsWhole(End));
            Assert.False(KeyframeIndex.SeemsWhole(File, End.TimingOffset));
        }
    }

    [Fact]
    public void A_damaged_keyframe_does_not_count_nor_what_is_behind_it()
    {
        var whole = Whole();
        var first = Whole(1, end: false).Length;
        for (var at = first; at < Whole(2, end: false).Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            var index = Read(damaged);
            Confirm(index);
            Assert.Single(index.Confirmed);
            Assert.False(index.IsWhole(End));
        }
    }

    [Theory]
    [InlineData(4)] // the format
    [InlineData(6)] // the model
    public void Another_version_does_not_count(int at)
    {
        var other = Whole();
        other[at]++;
        var index = Read(other);
        Confirm(index);
        Assert.Empty(index.Confirmed);
        Assert.False(index.IsWhole(End));
    }

    [Fact]
    public void A_keyframe_that_the_timing_does_not_confirm_is_of_another_recording()
    {
        RecordingPlace[] others =
        [
            Keyframes[1].Place with { Offset = 1 }, Keyframes[1].Place with { FileOffset = 1 },
            Keyframes[1].Place with { Time = TimeSpan.Zero },
            Keyframes[1].Place with { TimingOffset = Keyframes[1].Place.TimingOffset + 1 },
        ];
        foreach (var other in others)
        {
            var index = Read(Whole());
            index.Confirm(Keyframes[0].Place);
            index.Confirm(other);
            index.Confirm(Keyframes[2].Place);
            Assert.Equal([Keyframes[0].Place], index.Confirmed.Select(entry => entry.Place));
            Assert.False(index.IsWhole(End));
        }
    }

    [Fact]
    public void A_file_that_grows_is_read_on()
    {
        System.IO.File.WriteAllBytes(File, Whole(1, end: false));
        var index = new KeyframeIndex();
        index.Read(File);
        index.Confirm(Keyframes[0].Place);
        System.IO.File.WriteAllBytes(File, Whole()[..^1]);
        index.Read(File, passed: Keyframes[1].Place.TimingOffset);
        Assert.Equal(2, index.Confirmed.Count); // the second was taken at a place that is passed
        index.Confirm(Keyframes[2].Place);
        System.IO.File.WriteAllBytes(File, Whole());
        index.Read(File);
        Assert.Equal(3, index.Confirmed.Count);
        Assert.True(index.IsWhole(End));
    }

    [Fact]
    public void No_file_has_no_keyframes()
    {
        var index = new KeyframeIndex();
        index.Read(File);
        Assert.Empty(index.Confirmed);
        Assert.Equal(0, index.Length);
        Assert.False(KeyframeIndex.SeemsWhole(File, 0));
    }

    private static Keyframe Made(int number) => Keyframe.Pack(
        new RecordingPlace(
            number * 1_000, (number * 1_000) + 50, TimeSpan.FromMicroseconds(number * 1_000_001), number * 100, 80 + number, 24),
        System.Text.Encoding.UTF8.GetBytes($"picture {number} {new string('x', 40 * number)}"));

    private static byte[] Whole(int count = 3, bool end = true) =>
        [.. Keyframes.Take(count).SelectMany(KeyframeFile.Encode), .. end ? KeyframeFile.EncodeEnd(End) : []];

    private static void Confirm(KeyframeIndex index)
    {
        foreach (var keyframe in Keyframes)
        {
            index.Confirm(keyframe.Place with { TimingOffset = keyframe.Place.TimingOffset - 20 });
            index.Confirm(keyframe.Place);
        }
    }

    private KeyframeIndex Read(byte[] bytes)
    {
        System.IO.File.WriteAllBytes(File, bytes);
        var index = new KeyframeIndex();
        index.Read(File);
        return index;
    }
}

using System.Text.Json;
using Coda.Core.Recordings;
using Microsoft.Win32.SafeHandles;

namespace Coda.Core.Replays;

/// <summary>
/// What a player needs to know of a recording before it loads any of it, found in its timing and keyframes. Of a recording that is being
/// written it can be continued.
/// </summary>
internal sealed class OverviewScan(RecordingFiles files)
{
    private const int LongestMark = 200;
    private const int MostKeyframes = 2000;
    private readonly KeyframeIndex keyframes = new();
    private readonly BarMoments<(int Columns, int Rows)> sizes = new();
    private readonly BarMoments<(long From, long To)> gaps = new();
    private readonly BarMoments<string> marks = new();
    private readonly IdleStretches idle = new();
    private TimingWalk? walk;
    private long firstByte;
    private (int Columns, int Rows) firstSize;
    private TimeSpan? capped;

    /// <summary>How often it has read.</summary>
    public int Readings { get; private set; }

    /// <summary>Whether the recording has ended.</summary>
    public bool HasEnded => walk is { HasEnded: true };

    /// <summary>Whether there are all the keyframes that there will be; a recording of less than one megabyte needs none.</summary>
    public bool HasKeyframes => walk is { } known && (known.Place.FileOffset < KeyframeSpacing.Apart || keyframes.IsWhole(known.Place));

    /// <summary>Reads what there is, from where it was read before.</summary>
    public void Continue()
    {
        walk ??= Begin();
        Readings++;
        keyframes.Read(files.KeyframesPath, walk.Place.TimingOffset);
        using var timing = File.OpenHandle(files.TimingPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (var line in walk.Read(timing))
        {
            keyframes.Confirm(walk.Place);
            Take(line, walk.Place);
        }
    }

    /// <summary>Writes what it has found, as docs/decisions/recording-format.md says.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="keyframesFollow">Whether there will be more keyframes although the recording has ended.</param>
    public void Write(Utf8JsonWriter json, bool keyframesFollow)
    {
        var place = walk!.Place;
        json.WriteStartObject();
        json.WriteNumber("version", OverviewFile.Version);
        json.WriteStartObject("files");
        json.WriteNumber("timing", place.TimingOffset);
        json.WriteNumber("keyframes", keyframes.Length);
        json.WriteEndObject();
        json.WriteBoolean("ended", walk.HasEnded);
        json.WritePropertyName("duration");
        WriteTime(json, place.Time, 6);
        json.WriteNumber("output", place.Offset);
        json.WriteNumber("outputStart", firstByte);
        json.WriteNumber("outputEnd", place.FileOffset);
        json.WriteNumber("columns", firstSize.Columns);
        json.WriteNumber("rows", firstSize.Rows);
        if (capped is { } at)
        {
            json.WritePropertyName("capped");
            WriteTime(json, at, 3);
        }

        WriteAll(json, "sizes", sizes.Within(place.Time), size =>
        {
            WriteTime(json, size.At, 3);
            json.WriteNumberValue(size.Value.Columns);
            json.WriteNumberValue(size.Value.Rows);
        });
        WriteAll(json, "gaps", gaps.Within(place.Time), gap =>
        {
            WriteTime(json, gap.At, 3);
            json.WriteNumberValue(gap.Value.From);
            json.WriteNumberValue(gap.Value.To);
        });
        WriteAll(json, "marks", marks.Within(place.Time), mark =>
        {
            WriteTime(json, mark.At, 3);
            json.WriteStringValue(mark.Value);
        });
        WriteAll(json, "idle", idle.Kept(), stretch =>
        {
            WriteTime(json, stretch.From, 3);
            WriteTime(json, stretch.To, 3);
        });
        json.WriteBoolean("keyframesFollow", keyframesFollow);
        WriteAll(json, "keyframes", Spread(keyframes.Confirmed, place.FileOffset), keyframe =>
        {
            WriteTime(json, keyframe.Place.Time, 6);
            json.WriteNumberValue(keyframe.Place.Offset);
            json.WriteNumberValue(keyframe.Place.FileOffset);
            json.WriteNumberValue(keyframe.Place.TimingOffset);
            json.WriteNumberValue(keyframe.Place.Columns);
            json.WriteNumberValue(keyframe.Place.Rows);
            json.WriteNumberValue(keyframe.Start);
            json.WriteNumberValue(keyframe.Length);
        });
        json.WriteEndObject();
    }

    private TimingWalk Begin()
    {
        firstByte = files.FirstByte();
        var begun = TimingWalk.FromStart(firstByte);
        firstSize = (begun.Place.Columns, begun.Place.Rows);
        return begun;
    }

    private void Take(in TimingLine line, in RecordingPlace place)
    {
        switch (line.Kind, line.Name)
        {
            case ('O', _):
                idle.Stir(place.Time);
                break;
            case ('S', TimingFormat.WindowSize):
                sizes.Add(place.Time, (place.Columns, place.Rows));
                break;
            case (_, TimingFormat.Columns or TimingFormat.Lines):
                firstSize = (place.Columns, place.Rows);
                break;
            case (_, TimingFormat.Marker):
                marks.Add(place.Time, OneLine.Of(TimingFormat.Unescape(line.Value), LongestMark));
                break;
            case (_, TimingFormat.Gap):
                gaps.Add(place.Time, (place.Offset - TimingFormat.LostIn(line.Value), place.Offset));
                break;
            case (_, TimingFormat.Capped):
                capped = place.Time;
                break;
            case (_, TimingFormat.ExitCode or TimingFormat.Interrupted):
                idle.Stir(place.Time);
                break;
        }
    }

    /// <summary>All of them, or as many as are of use, evenly.</summary>
    private static IEnumerable<KeyframeEntry> Spread(IReadOnlyList<KeyframeEntry> all, long length)
    {
        var apart = all.Count > MostKeyframes ? length / MostKeyframes : 0;
        var next = 0L;
        foreach (var keyframe in all)
        {
            if (keyframe.Place.FileOffset >= next)
            {
                next = keyframe.Place.FileOffset + apart;
                yield return keyframe;
            }
        }
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartArray();
            write(item);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Seconds.</summary>
    private static void WriteTime(Utf8JsonWriter json, TimeSpan time, int decimals) =>
        json.WriteNumberValue(decimal.Round((decimal)time.Ticks / TimeSpan.TicksPerSecond, decimals));
}

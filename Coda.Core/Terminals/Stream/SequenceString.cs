using System.Buffers;
using System.Text;

namespace Coda.Core.Terminals.Stream;

/// <summary>The string of an OSC or DCS sequence, as far as it is looked at.</summary>
internal sealed class SequenceString
{
    private const int Longest = 4096; // OSC 7501 allows the most
    private const int LongestClip = 4 << 20; // of base64
    private readonly byte[] text = new byte[Longest];
    private ArrayBufferWriter<byte>? copied; // an OSC 52 that is longer
    private int kept;
    private long length;
    private bool mayCopy;

    /// <summary>What of it is kept.</summary>
    public ReadOnlySpan<byte> Start => text.AsSpan(0, kept);

    /// <summary>All of it; null when it is longer than what is looked at.</summary>
    public string? Content => length == kept ? Encoding.UTF8.GetString(Start) : null;

    /// <summary>What is copied, when it is an OSC 52; without its base64 when that is longer than is taken.</summary>
    public Clip? Clip
    {
        get
        {
            var start = mayCopy ? ClipStart(Start) : 0;
            return start == 0 || (length > kept && copied is null) ? null
                : length > LongestClip ? new Clip("", length - start)
                : new Clip(Encoding.ASCII.GetString((copied is null ? Start : copied.WrittenSpan)[start..]), length - start);
        }
    }

    /// <summary>Another one begins.</summary>
    /// <param name="mayCopy">Whether an OSC 52 is kept longer than others.</param>
    public void Begin(bool mayCopy) => (this.mayCopy, kept, length, copied) = (mayCopy, 0, 0, null);

    /// <summary>More of it.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        var isCut = length > kept;
        length += bytes.Length;
        if (!isCut)
        {
            var fits = Math.Min(bytes.Length, Longest - kept);
            bytes[..fits].CopyTo(text.AsSpan(kept));
            kept += fits;
            bytes = bytes[fits..];
            if (bytes.IsEmpty)
            {
                return;
            }

            if (mayCopy && ClipStart(Start) > 0)
            {
                copied = new ArrayBufferWriter<byte>(64 << 10);
                copied.Write(Start);
            }
        }

        if (length <= LongestClip)
        {
            copied?.Write(bytes);
        }
    }

    /// <summary>Where the base64 of an OSC 52 begins, behind the names of clipboards; 0 = it is none.</summary>
    private static int ClipStart(ReadOnlySpan<byte> command) =>
        command.StartsWith("52;"u8) && command[3..].IndexOf((byte)';') is >= 0 and var names ? names + 4 : 0;
}

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// The parameters of a control sequence: numbers parted by semicolons, each with its own parts behind colons (ECMA-48 §5.4.2).
/// </summary>
internal sealed class SequenceParameters
{
    /// <summary>A number that is not there: a part left empty.</summary>
    public const int Missing = -1;

    /// <summary>Digits that would make a number larger are left out, as the page does.</summary>
    private const int Largest = 32_767;
    private const int Most = 32;
    private readonly int[] values = new int[Most];
    private readonly byte[] partsBefore = new byte[Most];
    private readonly int[] parts = new int[Most];
    private int partCount;
    private bool isFull;
    private bool isPartFull;
    private bool inPart;

    /// <summary>Numbers; at least one.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>A number; 0 where it was left empty.</summary>
    public int this[int index] => index < Count ? values[index] : 0;

    /// <summary>A number that counts: 0 or nothing is 1.</summary>
    public int CountAt(int index) => Math.Max(1, this[index]);

    /// <summary>The parts of a number.</summary>
    public ReadOnlySpan<int> Parts(int index) =>
        parts.AsSpan(partsBefore[index], (index + 1 < Count ? partsBefore[index + 1] : partCount) - partsBefore[index]);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        (Count, values[0], partsBefore[0], partCount) = (1, 0, 0, 0);
        isFull = isPartFull = inPart = false;
    }

    /// <summary>Takes a digit, a semicolon or a colon.</summary>
    public void Add(byte value)
    {
        switch (value)
        {
            case (byte)';':
                inPart = false;
                if (Count == Most)
                {
                    isFull = true;
                    break;
                }

                partsBefore[Count] = (byte)partCount;
                values[Count++] = 0;
                break;
            case (byte)':':
                inPart = true;
                isPartFull |= isFull || partCount == Most;
                if (!isPartFull)
                {
                    parts[partCount++] = Missing;
                }

                break;
            default:
                AddDigit(value - '0');
                break;
        }
    }

    /// <summary>As they were written, but for what was left out.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder();
        for (var index = 0; index < Count; index++)
        {
            text.Append(index > 0 ? ";" : "").Append(values[index] == 0 ? "" : $"{values[index]}");
            foreach (var part in Parts(index))
            {
                text.Append(':').Append(part == Missing ? "" : $"{part}");
            }
        }

        return text.Append(isFull ? ";" : inPart && isPartFull ? ":" : "").ToString();
    }

    private void AddDigit(int digit)
    {
        if (isFull || (inPart && isPartFull))
        {
            return;
        }

        ref var number = ref inPart ? ref parts[partCount - 1] : ref values[Count - 1];
        var next = (Math.Max(number, 0) * 10) + digit;
        number = next > Largest ? number : next;
    }
}

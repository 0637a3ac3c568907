using System.Globalization;
using System.Text;
using Coda.Core.Terminals;

namespace Coda.Core.Tests.Screens;

/// <summary>What a screen goes through, from its beginning.</summary>
/// <param name="Name">Says where it comes from, so that it can be found again.</param>
/// <param name="Scrollback">How many lines it keeps above the screen.</param>
internal sealed record ScreenCase(string Name, TerminalSize Size, int Scrollback, IReadOnlyList<ScreenStep> Steps)
{
    /// <summary>The same with what is written at a stretch in one piece.</summary>
    public ScreenCase Whole()
    {
        List<ScreenStep> steps = [];
        List<byte> written = [];
        foreach (var step in Steps)
        {
            if (step.Size is null)
            {
                written.AddRange(step.Output.Span);
                continue;
            }

            Flush();
            steps.Add(step);
        }

        Flush();
        return this with { Steps = steps };

        void Flush()
        {
            if (written.Count > 0)
            {
                steps.Add(ScreenStep.Write(written.ToArray()));
            }

            written.Clear();
        }
    }

    /// <summary>The same in pieces of up to a length, cut anywhere.</summary>
    public ScreenCase Cut(Random random, int longest)
    {
        List<ScreenStep> steps = [];
        foreach (var step in Whole().Steps)
        {
            if (step.Size is not null)
            {
                steps.Add(step);
                continue;
            }

            for (var rest = step.Output; rest.Length > 0;)
            {
                var length = Math.Min(rest.Length, random.Next(1, longest + 1));
                steps.Add(ScreenStep.Write(rest[..length]));
                rest = rest[length..];
            }
        }

        return this with { Name = $"{Name}, cut", Steps = steps };
    }

    /// <summary>The same with sizes in between, at any bytes.</summary>
    public ScreenCase Resized(Random random, params ReadOnlySpan<TerminalSize> sizes)
    {
        var written = Whole().Steps.Single().Output;
        var places = new int[sizes.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = random.Next(written.Length + 1);
        }

        Array.Sort(places);
        List<ScreenStep> steps = [];
        var at = 0;
        for (var i = 0; i < places.Length; i++)
        {
            steps.Add(ScreenStep.Write(written[at..places[i]]));
            steps.Add(ScreenStep.Resize(sizes[i]));
            at = places[i];
        }

        steps.Add(ScreenStep.Write(written[at..]));
        return this with { Name = $"{Name}, resized", Steps = steps };
    }

    /// <summary>All of it, such that it can be pasted: what is written as the text of a C# string, or as hex when it is no UTF-8.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Name}: {Size.Columns}x{Size.Rows}, scrollback {Scrollback}");
        foreach (var step in Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {step}");
        }

        return text.ToString();
    }
}

/// <summary>One step of a case: some output, or a new size.</summary>
internal readonly record struct ScreenStep(ReadOnlyMemory<byte> Output, TerminalSize? Size)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static ScreenStep Write(ReadOnlyMemory<byte> output) => new(output, null);

    public static ScreenStep Write(string output) => new(Encoding.UTF8.GetBytes(output), null);

    public static ScreenStep Resize(TerminalSize size) => new(default, size);

    public override string ToString()
    {
        if (Size is { } size)
        {
            return $"resize {size.Columns}x{size.Rows}";
        }

        try
        {
            var text = new StringBuilder();
            foreach (var rune in Strict.GetString(Output.Span).EnumerateRunes())
            {
                text.Append(rune.Value switch
                {
                    0x1b => "\\e",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\\' => "\\\\",
                    '"' => "\\\"",
                    >= 0x20 and < 0x7f => rune.ToString(),
                    <= 0xffff => $"\\u{rune.Value:x4}",
                    _ => $"\\U{rune.Value:x8}",
                });
            }

            return $"\"{text}\"";
        }
        catch (DecoderFallbackException)
        {
            return $"hex {Convert.ToHexString(Output.Span)}";
        }
    }
}

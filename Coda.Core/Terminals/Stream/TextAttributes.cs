using System.Text;

namespace Coda.Core.Terminals.Stream;

/// <summary>The rendition in force (SGR, ECMA-48 §8.3.117 with the common extensions).</summary>
internal struct TextAttributes
{
    // Order = the codes that set them: 1…9, then overline.
    private const int Underline = 1 << 4, Overline = 1 << 10;
    private ushort flags; // bit n = code n
    private byte underlineStyle; // 4:n
    private Color foreground, background, underlineColor;

    /// <summary>Applies the parameters of one <c>CSI … m</c>; <paramref name="colons"/> tells which were joined by a colon.</summary>
    public void Apply(ReadOnlySpan<int> parameters, ReadOnlySpan<bool> colons)
    {
        if (parameters.IsEmpty)
        {
            this = default;
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            var subCount = 0;
            while (i + subCount + 1 < parameters.Length && colons[i + subCount + 1])
            {
                subCount++;
            }

            var sub = parameters.Slice(i + 1, subCount);
            switch (parameters[i])
            {
                case 0: this = default; break;
                case 4: SetUnderline(sub.IsEmpty ? 1 : sub[0]); break;
                case > 0 and <= 9: flags |= (ushort)(1 << parameters[i]); break;
                case 21: SetUnderline(2); break;
                case 22: Clear(1, 2); break;
                case 24: SetUnderline(0); break;
                case >= 23 and <= 29: Clear(parameters[i] - 20, parameters[i] - 20); break;
                case >= 30 and <= 37: foreground = Color.Basic(parameters[i] - 30); break;
                case 38: foreground = Extended(parameters, ref i, sub); break;
                case 39: foreground = default; break;
                case >= 40 and <= 47: background = Color.Basic(parameters[i] - 40); break;
                case 48: background = Extended(parameters, ref i, sub); break;
                case 49: background = default; break;
                case 53: flags |= Overline; break;
                case 55: flags &= unchecked((ushort)~Overline); break;
                case 58: underlineColor = Extended(parameters, ref i, sub); break;
                case 59: underlineColor = default; break;
                case >= 90 and <= 97: foreground = Color.Basic(parameters[i] - 90 + 8); break;
                case >= 100 and <= 107: background = Color.Basic(parameters[i] - 100 + 8); break;
            }

            i += subCount;
        }
    }

    /// <summary>Writes the sequence that brings these attributes about, nothing when they are the default.</summary>
    public readonly void WriteTo(StringBuilder text)
    {
        var codes = new List<string>();
        for (var code = 1; code <= 9; code++)
        {
            if ((flags & (1 << code)) != 0)
            {
                codes.Add(code == 4 && underlineStyle > 1 ? $"4:{underlineStyle}" : $"{code}");
            }
        }

        if ((flags & Overline) != 0)
        {
            codes.Add("53");
        }

        foreground.AddTo(codes, 30);
        background.AddTo(codes, 40);
        underlineColor.AddTo(codes, 50);
        if (codes.Count > 0)
        {
            text.Append("\e[").AppendJoin(';', codes).Append('m');
        }
    }

    private static Color Extended(ReadOnlySpan<int> parameters, ref int at, ReadOnlySpan<int> sub)
    {
        if (!sub.IsEmpty)
        {
            // As xterm.js reads it: 38:2:<color space>:r:g:b, what is missing at the end is 0.
            return sub[0] switch
            {
                5 => Color.Indexed(At(sub, 1)),
                2 => Color.Rgb(At(sub, 2), At(sub, 3), At(sub, 4)),
                _ => default,
            };
        }

        switch (parameters[(at + 1)..])
        {
            case [5, var index, ..]:
                at += 2;
                return Color.Indexed(index);
            case [2, var r, var g, var b, ..]:
                at += 4;
                return Color.Rgb(r, g, b);
            default:
                at = parameters.Length;
                return default;
        }

        static int At(ReadOnlySpan<int> values, int index) => index < values.Length ? values[index] : 0;
    }

    private void SetUnderline(int style)
    {
        underlineStyle = (byte)Math.Clamp(style, 0, 5);
        flags = (ushort)(style == 0 ? flags & ~Underline : flags | Underline);
    }

    private void Clear(int first, int second) => flags &= unchecked((ushort)~((1 << first) | (1 << second)));

    /// <summary>A colour: default, one of 16, one of 256, or RGB.</summary>
    private readonly record struct Color(byte Kind, int Value)
    {
        public static Color Basic(int index) => new(1, index);

        public static Color Indexed(int index) => new(2, index & 0xff);

        public static Color Rgb(int r, int g, int b) => new(3, ((r & 0xff) << 16) | ((g & 0xff) << 8) | (b & 0xff));

        public void AddTo(List<string> codes, int group)
        {
            if (Kind == 1)
            {
                codes.Add($"{(Value < 8 ? group + Value : group + 60 + Value - 8)}");
            }
            else if (Kind != 0)
            {
                codes.Add(Kind == 2 ? $"{group + 8};5;{Value}" : $"{group + 8};2;{Value >> 16};{(Value >> 8) & 0xff};{Value & 0xff}");
            }
        }
    }
}

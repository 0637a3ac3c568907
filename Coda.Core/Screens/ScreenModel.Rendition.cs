using Coda.Core.Terminals.Stream;

namespace Coda.Core.Screens;

/// <content>SGR (ECMA-48 §8.3.117 with the common extensions), as xterm.js reads it.</content>
internal sealed partial class ScreenModel
{
    private void SetRendition(SequenceParameters parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            var code = parameters[i];
            switch (code)
            {
                case 0:
                    ResetRendition();
                    break;
                case 1: pen.Foreground |= CellAttributes.Bold; break;
                case 2: pen.Background |= CellAttributes.Dim; break;
                case 3: pen.Background |= CellAttributes.Italic; break;
                case 4: SetUnderline(parameters.Parts(i) is [var style, ..] ? style : 1); break;
                case 5: pen.Foreground |= CellAttributes.Blink; break;
                case 7: pen.Foreground |= CellAttributes.Inverse; break;
                case 8: pen.Foreground |= CellAttributes.Invisible; break;
                case 9: pen.Foreground |= CellAttributes.Struck; break;
                case 21: SetUnderline(2); break;
                case 22:
                    pen.Foreground &= ~CellAttributes.Bold;
                    pen.Background &= ~CellAttributes.Dim;
                    break;
                case 23: pen.Background &= ~CellAttributes.Italic; break;
                case 24: SetUnderline(0); break;
                case 25: pen.Foreground &= ~CellAttributes.Blink; break;
                case 27: pen.Foreground &= ~CellAttributes.Inverse; break;
                case 28: pen.Foreground &= ~CellAttributes.Invisible; break;
                case 29: pen.Foreground &= ~CellAttributes.Struck; break;
                case >= 30 and <= 37: SetColor(ref pen.Foreground, CellAttributes.Of16 | (uint)(code - 30)); break;
                case 38: i += SetExtendedColor(ref pen.Foreground, parameters, i); break;
                case 39: SetColor(ref pen.Foreground, 0); break;
                case >= 40 and <= 47: SetColor(ref pen.Background, CellAttributes.Of16 | (uint)(code - 40)); break;
                case 48: i += SetExtendedColor(ref pen.Background, parameters, i); break;
                case 49: SetColor(ref pen.Background, 0); break;
                case 53: pen.Background |= CellAttributes.Overlined; break;
                case 55: pen.Background &= ~CellAttributes.Overlined; break;
                case 58: i += SetExtendedColor(ref pen.Underline, parameters, i); break;
                case 59:
                    pen.Underline |= CellAttributes.ColorMask; // white, not the colour of the text
                    MarkExtended();
                    break;
                case >= 90 and <= 97: SetColor(ref pen.Foreground, CellAttributes.Of16 | (uint)(code - 90 + 8)); break;
                case >= 100 and <= 107: SetColor(ref pen.Background, CellAttributes.Of16 | (uint)(code - 100 + 8)); break;
                case 221: pen.Foreground &= ~CellAttributes.Bold; break;
                case 222: pen.Background &= ~CellAttributes.Dim; break;
            }
        }

        PenChanged();
    }

    /// <summary>All but a link, which is no rendition.</summary>
    private void ResetRendition()
    {
        pen = new CellAttributes { Link = pen.Link };
        MarkExtended();
    }

    private void SetUnderline(int style)
    {
        style = style is < 0 or > 5 ? 1 : style;
        pen.Underline = (pen.Underline & CellAttributes.ColorMask) | ((uint)style << CellAttributes.UnderlineStyleShift);
        pen.Foreground = style == 0
            ? pen.Foreground & ~CellAttributes.Underlined
            : pen.Foreground | CellAttributes.Underlined;
        MarkExtended();
    }

    /// <summary>A colour of an underline alone, without a style or a link, is in no cell.</summary>
    private void MarkExtended()
    {
        pen.Background = pen.Link != 0 || pen.Underline >> CellAttributes.UnderlineStyleShift != 0
            ? pen.Background | CellAttributes.Extended
            : pen.Background & ~CellAttributes.Extended;
        PenChanged();
    }

    private static void SetColor(ref uint word, uint color) => word = (word & ~CellAttributes.ColorMask) | color;

    /// <summary>
    /// 38, 48 and 58, in either form: <c>38;2;r;g;b</c>, <c>38;5;n</c>, and with colons <c>38:2:space:r:g:b</c>, <c>38:5:n</c>, or mixed.
    /// Returns how many more parameters it has taken.
    /// </summary>
    private static int SetExtendedColor(ref uint word, SequenceParameters parameters, int at)
    {
        // What is meant by place: the code, the kind, a colour space, three numbers. Without colons there is no colour space.
        Span<int> places = [0, 0, SequenceParameters.Missing, 0, 0, 0];
        var skipped = 0;
        var taken = 0;
        do
        {
            places[taken + skipped] = parameters[at + taken];
            var parts = parameters.Parts(at + taken);
            if (!parts.IsEmpty)
            {
                for (var part = 0; part < parts.Length; part++)
                {
                    skipped = places[1] == 5 ? 1 : skipped;
                    var place = taken + part + 1 + skipped;
                    if (place >= places.Length)
                    {
                        break;
                    }

                    places[place] = parts[part];
                }

                break;
            }

            if ((places[1] == 5 && taken + skipped >= 2) || (places[1] == 2 && taken + skipped >= 5))
            {
                break;
            }

            skipped = places[1] != 0 ? 1 : skipped;
        }
        while (++taken + at < parameters.Count && taken + skipped < places.Length);

        foreach (ref var place in places[2..])
        {
            place = place == SequenceParameters.Missing ? 0 : place;
        }

        switch (places[1])
        {
            case 2:
                SetColor(ref word, CellAttributes.Rgb
                    | ((uint)(places[3] & 0xff) << 16) | ((uint)(places[4] & 0xff) << 8) | (uint)(places[5] & 0xff));
                break;
            case 5:
                SetColor(ref word, CellAttributes.Of256 | (uint)(places[3] & 0xff));
                break;
        }

        return taken;
    }
}

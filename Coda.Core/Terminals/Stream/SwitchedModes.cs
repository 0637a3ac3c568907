using System.Text;

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// What a program has switched, as far as xterm.js knows it (xterm's ctlseqs). A value: a copy is a checkpoint that can be written out
/// as the sequences which bring a fresh terminal into the same state.
/// </summary>
internal struct SwitchedModes
{
    private const int CursorBlink = 12;
    private const int SchemeReports = 2031;

    // DEC private modes that are plain switches; the bit is the index.
    private static readonly int[] Switches = [1, 6, 7, CursorBlink, 25, 45, 66, 1004, 2004, 2026, SchemeReports];
    private static readonly int[] ShellsOwn = [1, 66, 2004, SchemeReports];
    private const int DefaultOn = (1 << 2) | (1 << 4); // 7 wraparound, 25 cursor visible

    private ushort changed; // switches that differ from their default
    private short mouseProtocol; // 0, 9, 1000, 1002, 1003
    private short mouseEncoding; // 0, 1006, 1016
    private bool insert;
    private bool newline;
    private ushort top, bottom; // scroll region, 0 = whole screen
    private byte cursorStyle;
    private byte shift; // GL is G0…G3
    private Charsets charsets;
    private TextAttributes attributes;

    /// <summary>Whether the alternate screen is shown.</summary>
    public bool AlternateScreen { get; private set; }

    /// <summary>Whether the program wants to be told when the colour scheme changes.</summary>
    public readonly bool ReportsScheme => ReportPrivate(SchemeReports) == 1;

    /// <summary>DECSCUSR, 0…6.</summary>
    public readonly int CursorStyle => cursorStyle;

    /// <summary>First and last line of the scroll region, 1-based; 0 = the screen's own.</summary>
    public readonly (int Top, int Bottom) ScrollRegion => (top, bottom);

    /// <summary>Everything off (RIS).</summary>
    public void Reset() => this = default;

    /// <summary>DECSTR, as xterm.js has it: all but the mouse, the screen and mode 20.</summary>
    public void SoftReset()
    {
        changed = 0;
        insert = false;
        top = bottom = 0;
        cursorStyle = 0;
        charsets = default;
        shift = 0;
        attributes = default;
    }

    /// <summary>DECSET and DECRST of one mode.</summary>
    public void SetPrivate(int mode, bool on)
    {
        switch (mode)
        {
            case 47 or 1047 or 1049:
                AlternateScreen = on;
                return;
            case 9 or 1000 or 1002 or 1003:
                mouseProtocol = (short)(on ? mode : 0);
                return;
            case 1006 or 1016:
                mouseEncoding = (short)(on ? mode : 0);
                return;
        }

        var index = Array.IndexOf(Switches, mode);
        if (index >= 0)
        {
            var bit = 1 << index;
            changed = (ushort)(on == ((DefaultOn & bit) != 0) ? changed & ~bit : changed | bit);
        }
    }

    /// <summary>SM and RM of one mode.</summary>
    public void SetAnsi(int mode, bool on)
    {
        insert = mode == 4 ? on : insert;
        newline = mode == 20 ? on : newline;
    }

    /// <summary>DECSTBM.</summary>
    public void SetScrollRegion(int first, int last)
    {
        top = (ushort)Math.Clamp(first, 0, 500);
        bottom = (ushort)Math.Clamp(last, 0, 500);
    }

    /// <summary>DECSCUSR.</summary>
    public void SetCursorStyle(int style) => cursorStyle = (byte)(style is >= 0 and <= 6 ? style : 0);

    /// <summary>SCS: designates <paramref name="final"/> as G<paramref name="slot"/>.</summary>
    public void SetCharset(int slot, byte final) => charsets[slot] = final == (byte)'B' ? (byte)0 : final;

    /// <summary>SO, SI, LS2, LS3.</summary>
    public void Shift(int slot) => shift = (byte)slot;

    /// <summary>SGR.</summary>
    public void SetAttributes(ReadOnlySpan<int> parameters, ReadOnlySpan<bool> colons) => attributes.Apply(parameters, colons);

    /// <summary>
    /// DECRPM value of a private mode: 0 unknown, 1 set, 2 reset, 3/4 permanently. The same answers as xterm.js 6, but for mode 2031.
    /// </summary>
    public readonly int ReportPrivate(int mode) => mode switch
    {
        8 => 3,
        67 or 1005 or 1015 => 4,
        1048 => 1,
        47 or 1047 or 1049 => AlternateScreen ? 1 : 2,
        9 or 1000 or 1002 or 1003 => mouseProtocol == mode ? 1 : 2,
        1006 or 1016 => mouseEncoding == mode ? 1 : 2,
        _ when Array.IndexOf(Switches, mode) is >= 0 and var index => ((changed ^ DefaultOn) & (1 << index)) != 0 ? 1 : 2,
        _ => 0,
    };

    /// <summary>DECRPM value of an ANSI mode.</summary>
    public readonly int ReportAnsi(int mode) => mode switch
    {
        2 => 4,
        4 => insert ? 1 : 2,
        12 => 3,
        20 => newline ? 1 : 2,
        _ => 0,
    };

    /// <summary>The sequences that undo what a program has left switched; empty when there is nothing.</summary>
    /// <param name="rows">Rows of the screen.</param>
    /// <param name="keepShells">
    /// Whether to leave what line editors switch for themselves at each prompt. What a shell's own settings may have changed, the looks of
    /// text and cursor, is then no reason to undo anything.
    /// </param>
    public readonly string ToReset(int rows, bool keepShells = false)
    {
        var left = this;
        if (top <= 1 && (bottom == 0 || bottom >= rows))
        {
            left.top = left.bottom = 0;
        }

        if (keepShells)
        {
            Array.ForEach(ShellsOwn, mode => left.SetPrivate(mode, false));
            left.SetPrivate(CursorBlink, false);
            left.cursorStyle = 0;
            left.attributes = default;
        }

        if (left.ToPreamble().Length == 0)
        {
            return "";
        }

        var text = new StringBuilder();
        text.Append(mouseProtocol != 0 ? $"\e[?{mouseProtocol}l" : "");
        text.Append(mouseEncoding != 0 ? $"\e[?{mouseEncoding}l" : "");
        text.Append(AlternateScreen ? "\e[?1049l" : "");
        text.Append(newline ? "\e[20l" : "");
        text.Append("\e[!p");
        foreach (var mode in keepShells ? ShellsOwn : [])
        {
            text.Append(ReportPrivate(mode) == 1 ? $"\e[?{mode}h" : "");
        }

        return text.ToString();
    }

    /// <summary>The sequences that bring a fresh terminal into this state.</summary>
    public readonly byte[] ToPreamble()
    {
        var text = new StringBuilder();
        text.Append(AlternateScreen ? "\e[?1049h" : "");
        WriteSwitches(text);
        text.Append(mouseProtocol != 0 ? $"\e[?{mouseProtocol}h" : "");
        text.Append(mouseEncoding != 0 ? $"\e[?{mouseEncoding}h" : "");
        text.Append(insert ? "\e[4h" : "");
        text.Append(newline ? "\e[20h" : "");
        text.Append(top != 0 || bottom != 0 ? $"\e[{top};{(bottom == 0 ? "" : bottom)}r" : "");
        text.Append(cursorStyle != 0 ? $"\e[{cursorStyle} q" : "");
        for (var slot = 0; slot < 4; slot++)
        {
            text.Append(charsets[slot] != 0 ? $"\e{"()*+"[slot]}{(char)charsets[slot]}" : "");
        }

        text.Append(shift switch { 1 => "\x0e", 2 => "\en", 3 => "\eo", _ => "" });
        attributes.WriteTo(text);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private readonly void WriteSwitches(StringBuilder text)
    {
        for (var i = 0; i < Switches.Length; i++)
        {
            if ((changed & (1 << i)) != 0)
            {
                text.Append($"\e[?{Switches[i]}{((DefaultOn & (1 << i)) != 0 ? 'l' : 'h')}");
            }
        }
    }

    [System.Runtime.CompilerServices.InlineArray(4)]
    private struct Charsets
    {
        private byte first;
    }
}

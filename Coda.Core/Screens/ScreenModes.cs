namespace Coda.Core.Screens;

/// <summary>What programs switch (DECSET, DECRST, SM, RM, DECSCUSR, keypad), as far as xterm.js knows it.</summary>
internal struct ScreenModes()
{
    /// <summary>DECCKM, mode 1.</summary>
    public bool ApplicationCursorKeys;

    /// <summary>DECPAM and DECPNM, mode 66.</summary>
    public bool ApplicationKeypad;

    /// <summary>DECOM, mode 6.</summary>
    public bool Origin;

    /// <summary>DECAWM, mode 7.</summary>
    public bool Wraparound = true;

    /// <summary>Mode 45.</summary>
    public bool ReverseWraparound;

    /// <summary>Mode 1004.</summary>
    public bool FocusReports;

    /// <summary>Mode 2004.</summary>
    public bool BracketedPaste;

    /// <summary>Mode 2026.</summary>
    public bool SynchronizedOutput;

    /// <summary>Mode 2031: the program is told when the colour scheme changes. The server does that, a page need not know.</summary>
    public bool SchemeReports;

    /// <summary>IRM, ANSI mode 4.</summary>
    public bool Insert;

    /// <summary>DECSCUSR: 0 = the page's own, 1 block, 2 underline, 3 bar.</summary>
    public byte CursorShape;

    /// <summary>DECSCUSR: whether the cursor blinks; null = as the page has it.</summary>
    public bool? CursorBlinks;

    /// <summary>Mouse reports: 0, 9, 1000, 1002 or 1003. No reset but RIS touches it.</summary>
    public int MouseProtocol;

    /// <summary>How mouse reports are written: 0, 1006 or 1016. No reset but RIS touches it.</summary>
    public int MouseEncoding;

    /// <summary>LNM, ANSI mode 20. No reset touches it.</summary>
    public bool NewLine;

    /// <summary>DECTCEM, mode 25. RIS does not touch it.</summary>
    public bool CursorHidden;

    /// <summary>att610 blinking, mode 12: xterm.js does not act on it, but it is reported.</summary>
    public bool Blinking;

    /// <summary>DECSTR.</summary>
    public void SoftReset() => this = new ScreenModes
    {
        MouseProtocol = MouseProtocol,
        MouseEncoding = MouseEncoding,
        NewLine = NewLine,
    };

    /// <summary>RIS.</summary>
    public void Reset() => this = new ScreenModes { NewLine = NewLine, CursorHidden = CursorHidden };

    /// <summary>DECSET and DECRST of what is a plain switch; false = it is none.</summary>
    public bool Set(int mode, bool on)
    {
        switch (mode)
        {
            case 1: ApplicationCursorKeys = on; break;
            case 7: Wraparound = on; break;
            case 12: Blinking = on; break;
            case 25: CursorHidden = !on; break;
            case 45: ReverseWraparound = on; break;
            case 66: ApplicationKeypad = on; break;
            case 9 or 1000 or 1002 or 1003: MouseProtocol = on ? mode : 0; break;
            case 1004: FocusReports = on; break;
            case 1006 or 1016: MouseEncoding = on ? mode : 0; break;
            case 2004: BracketedPaste = on; break;
            case 2026: SynchronizedOutput = on; break;
            case 2031: SchemeReports = on; break;
            default: return false;
        }

        return true;
    }

    /// <summary>
    /// DECRPM value of a private mode: 0 unknown, 1 set, 2 reset, 3 and 4 permanently. The same answers as xterm.js, but for mode 2031.
    /// </summary>
    public readonly int Report(int mode) => mode switch
    {
        1 => Value(ApplicationCursorKeys),
        6 => Value(Origin),
        7 => Value(Wraparound),
        8 => 3,
        9 or 1000 or 1002 or 1003 => Value(MouseProtocol == mode),
        12 => Value(Blinking),
        25 => Value(!CursorHidden),
        45 => Value(ReverseWraparound),
        66 => Value(ApplicationKeypad),
        67 or 1005 or 1015 => 4,
        1004 => Value(FocusReports),
        1006 or 1016 => Value(MouseEncoding == mode),
        1048 => 1,
        2004 => Value(BracketedPaste),
        2026 => Value(SynchronizedOutput),
        2031 => Value(SchemeReports),
        _ => 0,
    };

    /// <summary>DECRPM value of an ANSI mode.</summary>
    public readonly int ReportAnsi(int mode) => mode switch
    {
        2 => 4,
        4 => Value(Insert),
        12 => 3,
        20 => Value(NewLine),
        _ => 0,
    };

    private static int Value(bool on) => on ? 1 : 2;
}

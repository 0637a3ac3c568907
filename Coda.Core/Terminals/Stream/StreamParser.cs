using System.Buffers;
using System.Globalization;
using System.Text;

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// Follows a terminal's output through any split and any garbage, in bounded memory (the state machine of ECMA-48 terminals as in
/// vt100.net/emu/dec_ansi_parser). It keeps the modes, reports what programs tell and ask their terminal, and leaves checkpoints to attach
/// from.
/// </summary>
internal sealed class StreamParser(Checkpoints checkpoints)
{
    /// <summary>Bytes of an OSC or DCS string that are looked at; OSC 7501 allows the most.</summary>
    private const int MaxString = 4096;
    private const int MaxParameters = 32;
    private const byte Esc = 0x1b, Bel = 0x07, Can = 0x18, Sub = 0x1a, ShiftOut = 0x0e, ShiftIn = 0x0f, C1Lead = 0xc2;
    private static readonly SearchValues<byte> Special = SearchValues.Create(Esc, Bel, ShiftOut, ShiftIn, C1Lead);

    private readonly int[] parameters = new int[MaxParameters];
    private readonly bool[] colons = new bool[MaxParameters];
    private readonly byte[] text = new byte[MaxString];
    private int parameterCount;
    private int textLength;
    private bool textOverflow;
    private byte prefix, intermediate, dcsIntermediate, dcsFinal;
    private State state;
    private SwitchedModes modes;

    private enum State : byte
    {
        Ground,
        GroundC1, // after 0xC2, which in UTF-8 begins the 8-bit controls
        Escape,
        EscapeIntermediate,
        Csi,
        CsiIgnore,
        Osc,
        DcsHeader,
        Dcs,
        Ignored, // SOS, PM, APC
    }

    /// <summary>Is called with a window title, OSC 0 or 2, as it came.</summary>
    public Action<string> Titled { get; init; } = _ => { };

    /// <summary>Is called with every query.</summary>
    public Action<TerminalQuery> Asked { get; init; } = _ => { };

    /// <summary>Is called for BEL.</summary>
    public Action Rang { get; init; } = () => { };

    /// <summary>Is called with the code and data of a notification: OSC 9, 99 or 777.</summary>
    public Action<int, string> Notified { get; init; } = (_, _) => { };

    /// <summary>Is called with the data of OSC 7501.</summary>
    public Action<string> StatusReported { get; init; } = _ => { };

    /// <summary>The modes after the last byte parsed.</summary>
    public ref readonly SwitchedModes Modes => ref modes;

    /// <summary>Whether the last byte parsed ended a sequence or is outside of any.</summary>
    public bool IsBetweenSequences => state == State.Ground;

    /// <summary>Parses the bytes at <paramref name="offset"/> of the stream, which follow those parsed before.</summary>
    public void Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (state == State.Ground)
            {
                var run = bytes[i..].IndexOfAny(Special);
                var end = run < 0 ? bytes.Length : i + run;
                TakeCheckpoint(bytes[i..end], offset + i);
                if (run < 0)
                {
                    return;
                }

                i = end;
            }

            Step(bytes[i], offset + i + 1);
        }
    }

    private void TakeCheckpoint(ReadOnlySpan<byte> run, long offset)
    {
        if (!checkpoints.IsDue(offset + run.Length))
        {
            return;
        }

        var newline = run.LastIndexOf((byte)'\n');
        if (newline >= 0)
        {
            checkpoints.Add(offset + newline + 1, modes);
        }
        else if (checkpoints.IsOverdue(offset))
        {
            checkpoints.Add(offset, modes); // a full-screen program need not write line ends
        }
    }

    private void Step(byte value, long after)
    {
        switch (state)
        {
            case State.Ground:
                state = value switch { Esc => State.Escape, C1Lead => State.GroundC1, _ => State.Ground };
                if (value is ShiftOut or ShiftIn)
                {
                    modes.Shift(value == ShiftOut ? 1 : 0);
                }
                else if (value == Bel)
                {
                    Rang();
                }

                break;
            case State.GroundC1:
                // 0x80…0x9f are ESC + (value − 0x40); anything else was an ordinary character.
                state = State.Ground;
                if (value is >= 0x80 and < 0xa0)
                {
                    BeginEscape((byte)(value - 0x40), after);
                }
                else if (value == Esc)
                {
                    state = State.Escape;
                }

                break;
            case var _ when value is Can or Sub:
                state = State.Ground;
                break;
            case State.Osc or State.Dcs or State.Ignored:
                StepString(value, after);
                break;
            case var _ when value == Esc:
                state = State.Escape;
                intermediate = 0;
                break;
            case var _ when value < 0x20:
                break; // controls inside a sequence act, and change nothing that is tracked here
            case State.Escape when value is >= 0x20 and < 0x30:
                intermediate = value;
                state = State.EscapeIntermediate;
                break;
            case State.Escape:
                BeginEscape(value, after);
                break;
            case State.EscapeIntermediate:
                EndEscapeIntermediate(value);
                break;
            case State.CsiIgnore:
                state = value is >= 0x40 and < 0x7f ? State.Ground : State.CsiIgnore;
                break;
            default:
                StepControlSequence(value, after);
                break;
        }
    }

    private void BeginEscape(byte value, long after)
    {
        state = State.Ground;
        switch (value)
        {
            case (byte)'[' or (byte)'P':
                state = value == '[' ? State.Csi : State.DcsHeader;
                prefix = intermediate = 0;
                parameterCount = 0;
                break;
            case (byte)']':
                state = State.Osc;
                textLength = 0;
                textOverflow = false;
                break;
            case (byte)'X' or (byte)'^' or (byte)'_':
                state = State.Ignored;
                break;
            case (byte)'c':
                modes.Reset();
                break;
            case (byte)'=' or (byte)'>':
                modes.SetPrivate(66, value == '=');
                break;
            case (byte)'n' or (byte)'o':
                modes.Shift(value == 'n' ? 2 : 3);
                break;
        }
    }

    private void EndEscapeIntermediate(byte value)
    {
        if (value is >= 0x20 and < 0x30)
        {
            intermediate = 0xff; // two of them: nothing we know
            return;
        }

        var slot = "()*+"u8.IndexOf(intermediate);
        if (slot >= 0)
        {
            modes.SetCharset(slot, value);
        }

        state = State.Ground;
    }

    private void StepControlSequence(byte value, long after)
    {
        switch (value)
        {
            case >= (byte)'0' and <= (byte)'9' or (byte)';' or (byte)':' when intermediate == 0:
                AddParameterByte(value);
                break;
            case >= (byte)'<' and <= (byte)'?' when parameterCount == 0 && prefix == 0 && intermediate == 0:
                prefix = value;
                break;
            case >= 0x20 and < 0x30:
                intermediate = intermediate == 0 ? value : (byte)0xff;
                break;
            case >= 0x40 and < 0x7f when state == State.DcsHeader:
                dcsFinal = value;
                dcsIntermediate = intermediate;
                textLength = 0;
                textOverflow = false;
                state = State.Dcs;
                break;
            case >= 0x40 and < 0x7f:
                state = State.Ground;
                DispatchControlSequence(value, after);
                break;
            default:
                state = state == State.DcsHeader ? State.Ignored : State.CsiIgnore;
                break;
        }
    }

    private void AddParameterByte(byte value)
    {
        if (parameterCount == 0)
        {
            parameters[0] = 0;
            colons[0] = false;
            parameterCount = 1;
        }

        if (value is (byte)';' or (byte)':')
        {
            if (parameterCount < MaxParameters)
            {
                parameters[parameterCount] = 0;
                colons[parameterCount] = value == ':';
                parameterCount++;
            }

            return;
        }

        ref var parameter = ref parameters[parameterCount - 1];
        parameter = Math.Min((parameter * 10) + value - '0', 99_999);
    }

    private void DispatchControlSequence(byte final, long after)
    {
        var first = parameterCount > 0 ? parameters[0] : 0;
        switch ((prefix, intermediate, final))
        {
            case ((byte)'?', 0, (byte)'h' or (byte)'l'):
                foreach (var mode in parameters.AsSpan(0, parameterCount))
                {
                    modes.SetPrivate(mode, final == 'h');
                }

                break;
            case (0, 0, (byte)'h' or (byte)'l'):
                foreach (var mode in parameters.AsSpan(0, parameterCount))
                {
                    modes.SetAnsi(mode, final == 'h');
                }

                break;
            case (0, 0, (byte)'m'):
                modes.SetAttributes(parameters.AsSpan(0, parameterCount), colons.AsSpan(0, parameterCount));
                break;
            case (0, 0, (byte)'r'):
                modes.SetScrollRegion(first, parameterCount > 1 ? parameters[1] : 0);
                break;
            case (0, (byte)' ', (byte)'q'):
                modes.SetCursorStyle(first);
                break;
            case (0, (byte)'!', (byte)'p'):
                modes.SoftReset();
                break;
            case (0, 0, (byte)'c') when first == 0:
                Ask(QueryKind.PrimaryAttributes, after);
                break;
            case ((byte)'>', 0, (byte)'c') when first == 0:
                Ask(QueryKind.SecondaryAttributes, after);
                break;
            case ((byte)'>', 0, (byte)'q') when first == 0:
                Ask(QueryKind.Version, after);
                break;
            case (0, 0, (byte)'n') when first == 5:
                Ask(QueryKind.Status, after);
                break;
            case (0 or (byte)'?', 0, (byte)'n') when first == 6:
                Ask(prefix == 0 ? QueryKind.CursorPosition : QueryKind.PrivateCursorPosition, after);
                break;
            case ((byte)'?', 0, (byte)'n') when first == 996:
                Ask(QueryKind.Scheme, after);
                break;
            case (0 or (byte)'?', (byte)'$', (byte)'p'):
                Ask(prefix == 0 ? QueryKind.AnsiMode : QueryKind.PrivateMode, after, first);
                break;
        }
    }

    private void StepString(byte value, long after)
    {
        // BEL ends an OSC; ESC (of ESC \) ends every string; so does U+009C.
        if (value is Esc || (value == Bel && state == State.Osc) || (value == 0x9c && textLength > 0 && text[textLength - 1] == C1Lead))
        {
            textLength -= value == 0x9c ? 1 : 0;
            var ended = state;
            state = value == Esc ? State.Escape : State.Ground;
            intermediate = 0;
            if (!textOverflow && ended == State.Osc)
            {
                DispatchOsc(Encoding.UTF8.GetString(text, 0, textLength), value == Esc ? after + 1 : after);
            }
            else if (!textOverflow && ended == State.Dcs && prefix == 0 && dcsIntermediate == (byte)'$' && dcsFinal == (byte)'q')
            {
                Ask(QueryKind.Setting, after + 1, 0, Encoding.ASCII.GetString(text, 0, textLength));
            }

            return;
        }

        if (state != State.Ignored && value >= 0x20)
        {
            if (textLength == MaxString)
            {
                textOverflow = true;
            }
            else
            {
                text[textLength++] = value;
            }
        }
    }

    private void DispatchOsc(string command, long after)
    {
        // Whatever runs in the terminal writes these: a code may come without a separator and without data.
        var separator = command.IndexOf(';');
        var code = separator < 0 ? command : command[..separator];
        var data = separator < 0 ? "" : command[(separator + 1)..];
        switch (code)
        {
            case "0" or "2":
                Titled(data);
                break;
            case "4":
                var fields = data.Split(';');
                for (var i = 0; i + 1 < fields.Length; i += 2)
                {
                    if (fields[i + 1] == "?" && int.TryParse(fields[i], out var index))
                    {
                        Ask(QueryKind.PaletteColor, after, index);
                    }
                }

                break;
            case "10" or "11" or "12":
                // OSC 10;?;? asks for the following ones too.
                var number = int.Parse(code, CultureInfo.InvariantCulture);
                foreach (var field in data.Split(';'))
                {
                    if (field == "?" && number <= 12)
                    {
                        Ask(QueryKind.SpecialColor, after, number);
                    }

                    number++;
                }

                break;
            case "7501" when data == "?":
                Ask(QueryKind.ProgramStatus, after);
                break;
            case "7501":
                StatusReported(data);
                break;
            case "9" or "99" or "777" when separator > 0:
                Notified(int.Parse(code, CultureInfo.InvariantCulture), data);
                break;
        }
    }

    private void Ask(QueryKind kind, long after, int number = 0, string setting = "") =>
        Asked(new TerminalQuery(kind, after, number, setting));
}

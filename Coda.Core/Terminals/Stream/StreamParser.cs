using System.Buffers;
using System.Text;
using Coda.Core.Screens;

namespace Coda.Core.Terminals.Stream;

/// <summary>
/// Follows a terminal's output through any split and any garbage, in bounded memory: the state machine of ECMA-48 terminals (as in
/// vt100.net/emu/dec_ansi_parser) over code points. It is the only one that decodes: the screen is told what acts on it, and what programs
/// tell and ask their terminal is reported.
/// </summary>
/// <remarks>
/// Where it differs from the description it does as xterm.js: C1 controls act in every state, what is not ASCII ends a control sequence and
/// is dropped, bytes that are no UTF-8 are U+FFFD (Unicode 17, §3.9), a byte order mark is nothing.
/// </remarks>
internal sealed class StreamParser(ScreenModel screen)
{
    private const int Esc = 0x1b, Bel = 0x07, Can = 0x18, Sub = 0x1a, StringTerminator = 0x9c, Delete = 0x7f, ByteOrderMark = 0xfeff;
    private const int FirstPrintable = 0xa0;

    // What ends a fast run through a string: controls, and what is not ASCII.
    private static readonly SearchValues<byte> InString = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(value => value is >= 0x20 and < 0x80).Select(value => (byte)value)]);

    private readonly SequenceParameters parameters = new();
    private readonly int[] printed = new int[256];
    private readonly SequenceString text = new();
    private readonly byte[] partial = new byte[4]; // of a character that is not complete yet
    private int partialLength;
    private byte prefix, dcsPrefix, dcsFinal;
    private int intermediates, dcsIntermediates; // the newest three
    private long sequenceStart;
    private State state;

    private enum State : byte
    {
        Ground,
        Escape,
        EscapeIntermediate,
        CsiEntry,
        CsiParameter,
        CsiIntermediate,
        CsiIgnore,
        Osc,
        DcsEntry,
        DcsParameter,
        DcsIntermediate,
        DcsIgnore,
        Dcs,
        Ignored, // SOS, PM
        ApcEntry,
        Apc,
    }

    /// <summary>Is called with a window title, OSC 0 or 2, as it came.</summary>
    public Action<string> Titled { get; init; } = _ => { };

    /// <summary>Is called with every query.</summary>
    public Action<TerminalQuery> Asked { get; init; } = _ => { };

    /// <summary>Is called for BEL.</summary>
    public Action Rang { get; init; } = () => { };

    /// <summary>Is called with the code and data of a notification: OSC 9, 99 or 777.</summary>
    public Action<int, string> Notified { get; init; } = (_, _) => { };

    /// <summary>Is called with what a program copies, OSC 52; nothing is kept of it where nothing is to be called.</summary>
    public Action<Clip>? Copied { get; init; }

    /// <summary>Is called with the data of OSC 7501.</summary>
    public Action<string> StatusReported { get; init; } = _ => { };

    /// <summary>Whether the last byte parsed ended a sequence or is outside of any.</summary>
    public bool IsBetweenSequences => state == State.Ground;

    /// <summary>Whether neither a sequence nor a character is open: what the screen shows is all there is to the stream so far.</summary>
    public bool IsAtRest => state == State.Ground && partialLength == 0;

    /// <summary>
    /// Where another parser, that was told all but what is open, can follow: the offset from which on it gets the stream, and what it gets
    /// before that. What is open is an unended string or character, which begins there, or a control sequence, which is told so far.
    /// </summary>
    /// <param name="length">Offset up to which was parsed.</param>
    public (long Offset, string Before) Resume(long length)
    {
        if (partialLength > 0)
        {
            length -= partialLength;
        }

        return state switch
        {
            State.Ground => (length, ""),
            State.Escape => (length, "\e"),
            State.EscapeIntermediate => (length, $"\e{Collected(intermediates)}"),
            State.CsiEntry => (length, "\e["),
            State.CsiParameter => (length, $"\e[{Prefix(prefix)}{parameters}"),
            State.CsiIntermediate => (length, $"\e[{Prefix(prefix)}{parameters}{Collected(intermediates)}"),
            State.CsiIgnore => (length, "\e[0?"),
            _ => (sequenceStart, ""), // in a string no control acts
        };

        static string Prefix(byte value) => value == 0 ? "" : $"{(char)value}";
        static string Collected(int values) => string.Concat(
            new[] { values >> 16, (values >> 8) & 0xff, values & 0xff }.Where(value => value != 0).Select(value => (char)value));
    }

    /// <summary>Parses the bytes at <paramref name="offset"/> of the stream, which follow those parsed before.</summary>
    public void Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        var at = partialLength > 0 ? Complete(bytes, offset) : 0;
        while (at < bytes.Length)
        {
            if (state == State.Ground)
            {
                var run = bytes[at..].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e);
                run = run < 0 ? bytes.Length - at : run;
                if (run > 0)
                {
                    screen.Print(bytes.Slice(at, run));
                    at += run;
                    continue;
                }

                if (bytes[at] >= 0x80)
                {
                    at = Print(bytes, at, offset);
                    continue;
                }

                if (bytes[at] is < 0x20 and not (Esc or Can or Sub))
                {
                    Execute(bytes[at++]);
                    continue;
                }
            }
            else if (state is State.CsiEntry or State.CsiParameter && bytes[at] is >= (byte)'0' and <= (byte)';')
            {
                state = State.CsiParameter;
                parameters.Add(bytes[at++]);
                continue;
            }
            else if (state is State.Osc or State.Dcs or State.Ignored or State.Apc)
            {
                var run = bytes[at..].IndexOfAnyExcept(InString);
                run = run < 0 ? bytes.Length - at : run;
                if (run > 0)
                {
                    AddText(bytes.Slice(at, run));
                    at += run;
                    continue;
                }
            }

            if (bytes[at] < 0x80)
            {
                Step(bytes[at], offset + at, offset + at + 1);
                at++;
            }
            else if (Decode(bytes[at..], out var codePoint, out var used))
            {
                Step(codePoint, offset + at, offset + at + used);
                at += used;
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>Prints what is not ASCII, up to what else there is; returns where.</summary>
    private int Print(ReadOnlySpan<byte> bytes, int at, long offset)
    {
        var count = 0;
        var controlFrom = -1;
        var control = 0;
        while (at < bytes.Length && bytes[at] >= 0x80 && count < printed.Length)
        {
            if (!Decode(bytes[at..], out var codePoint, out var used))
            {
                at = bytes.Length;
                break;
            }

            if (codePoint < FirstPrintable)
            {
                (control, controlFrom) = (codePoint, at);
                at += used;
                break;
            }

            at += used;
            if (codePoint != ByteOrderMark)
            {
                printed[count++] = codePoint;
            }
        }

        if (count > 0)
        {
            screen.Print(printed.AsSpan(0, count));
        }

        if (controlFrom >= 0)
        {
            Step(control, offset + controlFrom, offset + at);
        }

        return at;
    }

    /// <summary>A code point from the start of some bytes; false = they may be the start of one, and are kept.</summary>
    private bool Decode(ReadOnlySpan<byte> bytes, out int codePoint, out int used)
    {
        var status = Rune.DecodeFromUtf8(bytes, out var rune, out used);
        codePoint = rune.Value; // U+FFFD where it is none
        if (status != OperationStatus.NeedMoreData)
        {
            return true;
        }

        bytes.CopyTo(partial);
        partialLength = bytes.Length;
        return false;
    }

    /// <summary>Takes the rest of a character whose first bytes came before; returns how many bytes.</summary>
    private int Complete(ReadOnlySpan<byte> bytes, long offset)
    {
        Span<byte> joined = stackalloc byte[8];
        var before = partialLength;
        partial.AsSpan(0, before).CopyTo(joined);
        var more = Math.Min(4, bytes.Length);
        bytes[..more].CopyTo(joined[before..]);
        var status = Rune.DecodeFromUtf8(joined[..(before + more)], out var rune, out var used);
        if (status == OperationStatus.NeedMoreData)
        {
            joined[..(before + more)].CopyTo(partial);
            partialLength = before + more;
            return more;
        }

        partialLength = 0;
        if (state == State.Ground && rune.Value >= FirstPrintable)
        {
            if (rune.Value != ByteOrderMark)
            {
                printed[0] = rune.Value;
                screen.Print(printed.AsSpan(0, 1));
            }
        }
        else
        {
            Step(rune.Value, offset - before, offset + used - before);
        }

        return used - before;
    }

    /// <param name="value">A code point.</param>
    /// <param name="at">Its offset.</param>
    /// <param name="after">The offset after it.</param>
    private void Step(int value, long at, long after)
    {
        if (value == ByteOrderMark)
        {
            return;
        }

        if (IsString(state) && value is Esc or StringTerminator or Can or Sub or Bel && EndsString(value))
        {
            EndString(isWhole: value is not Can and not Sub, value == Esc ? after + 1 : after);
            state = value == Esc ? State.Escape : State.Ground;
            (intermediates, sequenceStart) = (0, at);
            return;
        }

        switch (value)
        {
            case Esc:
                (state, intermediates, sequenceStart) = (State.Escape, 0, at);
                return;
            case Can or Sub:
                state = State.Ground;
                screen.EndCluster();
                return;
            case >= 0x80 and < FirstPrintable:
                sequenceStart = at;
                ActC1(value);
                return;
        }

        switch (state)
        {
            case State.Ground:
                Execute(value);
                break;
            case State.Osc or State.Dcs or State.Apc:
                if (value >= 0x20)
                {
                    AddText(value);
                }

                break;
            case State.CsiEntry or State.CsiParameter or State.CsiIntermediate or State.CsiIgnore or State.Escape
                or State.EscapeIntermediate when value < 0x20:
                Execute(value);
                break;
            case var _ when value is < 0x20 or Delete:
                break; // nothing, within a sequence
            case State.DcsIgnore or State.CsiIgnore when value >= FirstPrintable:
                break;
            case var _ when value >= FirstPrintable:
                state = State.Ground;
                break;
            case State.Escape or State.EscapeIntermediate:
                StepEscape((byte)value);
                break;
            case State.ApcEntry:
                state = value >= 0x30 ? State.Apc : State.ApcEntry;
                break;
            case State.Ignored:
                break;
            case State.DcsEntry or State.DcsParameter or State.DcsIntermediate or State.DcsIgnore:
                StepDcs((byte)value);
                break;
            default:
                StepControlSequence((byte)value, after);
                break;
        }
    }

    private static bool IsString(State state) => state is State.Osc or State.Dcs or State.Apc;

    private bool EndsString(int value) => value != Bel || state == State.Osc;

    private void ActC1(int value)
    {
        switch (value)
        {
            case 0x90:
                BeginSequence(State.DcsEntry);
                break;
            case 0x98 or 0x9e:
                state = State.Ignored;
                break;
            case 0x9b:
                BeginSequence(State.CsiEntry);
                break;
            case StringTerminator:
                state = State.Ground;
                break;
            case 0x9d:
                BeginString(State.Osc);
                break;
            case 0x9f:
                BeginString(State.ApcEntry);
                break;
            default:
                state = State.Ground;
                screen.Execute(value);
                break;
        }
    }

    private void Execute(int value)
    {
        if (value == Bel)
        {
            Rang();
        }

        if (value != Delete)
        {
            screen.Execute(value);
        }
    }

    private void StepEscape(byte value)
    {
        if (value < 0x30)
        {
            intermediates = ((intermediates << 8) | value) & 0xffffff;
            state = State.EscapeIntermediate;
            return;
        }

        var collected = state == State.EscapeIntermediate ? intermediates : 0;
        state = State.Ground;
        switch (value)
        {
            case var _ when collected != 0:
                screen.Escape(collected, value);
                break;
            case (byte)'[' or (byte)'P':
                BeginSequence(value == '[' ? State.CsiEntry : State.DcsEntry);
                break;
            case (byte)']' or (byte)'_':
                BeginString(value == ']' ? State.Osc : State.ApcEntry);
                break;
            case (byte)'X' or (byte)'^':
                state = State.Ignored;
                break;
            default:
                screen.Escape(0, value);
                break;
        }
    }

    private void BeginSequence(State begun)
    {
        (state, prefix, intermediates) = (begun, 0, 0);
        parameters.Clear();
    }

    private void BeginString(State begun)
    {
        state = begun;
        text.Begin(mayCopy: begun == State.Osc && Copied is not null);
    }

    private void StepControlSequence(byte value, long after)
    {
        switch (value)
        {
            case >= 0x40 and < Delete when state == State.CsiIgnore:
                state = State.Ground;
                break;
            case var _ when state == State.CsiIgnore:
                break;
            case >= 0x40 and < Delete:
                state = State.Ground;
                screen.Control(prefix, intermediates, value, parameters);
                Ask(value, after);
                break;
            case >= 0x20 and < 0x30:
                intermediates = ((intermediates << 8) | value) & 0xffffff;
                state = State.CsiIntermediate;
                break;
            case <= (byte)';' when state != State.CsiIntermediate:
                parameters.Add(value);
                state = State.CsiParameter;
                break;
            case var _ when state == State.CsiEntry:
                prefix = value;
                state = State.CsiParameter;
                break;
            default:
                state = State.CsiIgnore;
                break;
        }
    }

    private void StepDcs(byte value)
    {
        switch (value)
        {
            case var _ when state == State.DcsIgnore:
                break;
            case >= 0x40 and < Delete:
                (dcsFinal, dcsIntermediates, dcsPrefix) = (value, intermediates, prefix);
                BeginString(State.Dcs);
                if (IsPicture())
                {
                    screen.EndCluster(); // the page puts an end to what was open in its place
                }

                break;
            case >= 0x20 and < 0x30:
                intermediates = ((intermediates << 8) | value) & 0xffffff;
                state = State.DcsIntermediate;
                break;
            case <= (byte)';' when state != State.DcsIntermediate:
                state = State.DcsParameter;
                break;
            case var _ when state == State.DcsEntry:
                prefix = value;
                state = State.DcsParameter;
                break;
            default:
                state = State.DcsIgnore;
                break;
        }
    }

    private void AddText(int codePoint)
    {
        Span<byte> bytes = stackalloc byte[4];
        AddText(bytes[..new Rune(codePoint).EncodeToUtf8(bytes)]);
    }

    private void AddText(ReadOnlySpan<byte> bytes) => text.Add(bytes);

    private void EndString(bool isWhole, long after)
    {
        screen.EndCluster();
        if (isWhole && IsPicture())
        {
            screen.Print("[image]"u8); // as the page has it
        }

        if (isWhole && state == State.Osc && text.Clip is { } clip)
        {
            Copied?.Invoke(clip);
        }

        var content = isWhole ? text.Content : null;
        text.Begin(mayCopy: false);
        if (content is null)
        {
            return;
        }

        if (state == State.Osc)
        {
            DispatchOsc(content, after);
        }
        else if (state == State.Dcs && dcsPrefix == 0 && dcsIntermediates == '$' && dcsFinal == 'q')
        {
            Ask(QueryKind.Setting, after, 0, content);
        }
    }

    /// <summary>Whether a string is a picture: sixel, or iTerm's.</summary>
    private bool IsPicture() => state == State.Osc
        ? text.Start.StartsWith("1337;File="u8)
        : state == State.Dcs && dcsPrefix == 0 && dcsIntermediates == 0 && dcsFinal == 'q';

    private void Ask(byte final, long after)
    {
        var first = parameters[0];
        switch ((prefix, intermediates, final))
        {
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
            case (0 or (byte)'?', '$', (byte)'p'):
                Ask(prefix == 0 ? QueryKind.AnsiMode : QueryKind.PrivateMode, after, first);
                break;
        }
    }

    private void DispatchOsc(string command, long after)
    {
        // Whatever runs in the terminal writes these: a code may come without a separator and without data.
        var separator = command.IndexOf(';');
        var digits = separator < 0 ? command : command[..separator];
        var data = separator < 0 ? "" : command[(separator + 1)..];
        if (digits.Length == 0 || digits.Any(digit => !char.IsAsciiDigit(digit)))
        {
            return;
        }

        var code = digits.Aggregate(0, (number, digit) => Math.Min((number * 10) + digit - '0', 99_999));
        screen.Osc(code, data);
        switch (code)
        {
            case 0 or 2:
                Titled(data);
                break;
            case 4:
                var fields = data.Split(';');
                for (var i = 0; i + 1 < fields.Length; i += 2)
                {
                    if (fields[i + 1] == "?" && int.TryParse(fields[i], out var index))
                    {
                        Ask(QueryKind.PaletteColor, after, index);
                    }
                }

                break;
            case 10 or 11 or 12:
                // OSC 10;?;? asks for the following ones too.
                foreach (var field in data.Split(';'))
                {
                    if (field == "?" && code <= 12)
                    {
                        Ask(QueryKind.SpecialColor, after, code);
                    }

                    code++;
                }

                break;
            case 7501 when data == "?":
                Ask(QueryKind.ProgramStatus, after);
                break;
            case 7501:
                StatusReported(data);
                break;
            case 9 or 99 or 777 when separator > 0:
                Notified(code, data);
                break;
        }
    }

    private void Ask(QueryKind kind, long after, int number = 0, string setting = "") =>
        Asked(new TerminalQuery(kind, after, number, setting));
}

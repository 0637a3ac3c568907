import { ImageFilter } from './images';

/** What xterm acts on for more than this makes a page hang: it repeats, inserts and scrolls once per count. */
const largestCount = 32_767;

/** Control characters within a sequence act by themselves, or do nothing; CAN, SUB and ESC break it off, as what is not ASCII does. */
const controls = '\\x00-\\x17\\x19\\x1c-\\x1f\\x7f';
/** Parameters of a control sequence: all up to its final byte, or what breaks it off. */
const parameters = `[${controls} -?]*`;
const start = `\\x1b[${controls}]*\\[|\\x9b`;
const sequences = new RegExp(`(${start})(${parameters})`, 'g');
/** A count may be too large only in five characters or more; most text has none. */
const longNumber = new RegExp(`(?:${start})${parameters}[${controls}\\d]{5}`);
const restOfEscape = new RegExp(`^[${controls}]*(\\[?)`);
const restOfSequence = new RegExp(`^${parameters}`);
const openSequence = new RegExp(`(?:\\x1b[${controls}]*|(?:${start})(${parameters}))$`);

/**
 * Turns a terminal's bytes, in pieces that may end anywhere, into text that xterm can be given: whole characters, U+FFFD for each maximal
 * part of what is no UTF-8 (Unicode 17, §3.9, as the Encoding standard decodes), a sign for each picture, and no count of a control
 * sequence above 32,767.
 */
export class StreamText {
  private decoder = newDecoder();
  private readonly images = new ImageFilter();
  /** The sequence that the last piece ended in: its ESC without the bracket, or the number that its parameters ended with so far. */
  private open: 'escape' | number | null = null;

  /** The text of a piece, except for a character that is not complete yet. */
  next(bytes: Uint8Array): string {
    return this.clamp(this.images.next(this.decoder.decode(bytes, { stream: true })));
  }

  /** Whether it holds text back that may be the start of a picture. */
  get holdsBack(): boolean {
    return this.images.holdsBack;
  }

  /** What is left when no byte follows. The next piece begins afresh. */
  end(): string {
    const rest = this.images.reset() + this.decoder.decode();
    this.decoder = newDecoder();
    this.open = null;
    return rest;
  }

  private clamp(text: string): string {
    if (text === '') return text;
    let head = '';
    if (this.open === 'escape') {
      const [rest, bracket] = restOfEscape.exec(text) ?? ['', ''];
      if (rest === text && !bracket) return text;
      if (bracket) {
        head = rest;
        this.open = 0;
      }
    }
    if (typeof this.open === 'number') {
      const [rest] = restOfSequence.exec(text.slice(head.length)) ?? [''];
      const [clamped, value] = clampCounts(rest, this.open);
      const after = text.slice(head.length + rest.length);
      if (after === '') {
        this.open = value;
        return head + clamped;
      }
      head += clamped;
      text = after;
    }
    const [tail, counts] = openSequence.exec(text) ?? [];
    this.open = tail === undefined ? null : counts === undefined ? 'escape' : clampCounts(counts, 0)[1];
    if (!longNumber.test(text)) return head + text;
    return head + text.replace(sequences, (all, start: string, counts: string) =>
      counts.length < 5 ? all : start + clampCounts(counts, 0)[0]);
  }
}

/** Leaves the digits out that would make a count too large; with the number that the text ends with. */
function clampCounts(text: string, value: number): [string, number] {
  let kept = '';
  for (const character of text) {
    if (character >= '0' && character <= '9') {
      const next = value * 10 + Number(character);
      if (next > largestCount) continue;
      value = next;
    } else if (character >= ' ' && character !== '\x7f') {
      value = 0; // control characters part nothing
    }
    kept += character;
  }
  return [kept, value];
}

// A byte order mark is output like any other.
function newDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

/** What is shown in the place of a picture. */
const sign = '[image]';

// Sixel: DCS, parameters, q. iTerm: OSC 1337 ; File=. Control characters within the introducer of a DCS do nothing.
const start = /(?:\x1bP|\x90)[\d;:\x00-\x17\x19\x1c-\x1f\x7f]*q|(?:\x1b\]|\x9d)1337;File=/;
// What may be the start of a start, at the end of a piece.
const begun = /(?:(?:\x1bP|\x90)[\d;:\x00-\x17\x19\x1c-\x1f\x7f]*|(?:\x1b\]|\x9d)[^\x07\x18\x1a\x1b\x80-\x9f]{0,10}|\x1b)$/;
const introducer = '1337;File=';
const longestBegun = 256;

/**
 * Takes pictures out of a terminal's text and puts a sign in their place: xterm shows none without knowing the size of a cell, and would
 * keep all their bytes. Pieces may end anywhere.
 */
export class ImageFilter {
  private held = '';
  /** What ends the picture that the last piece ended in. */
  private end: RegExp | null = null;

  next(piece: string): string {
    let text = this.held + piece;
    this.held = '';
    let shown = '';
    while (text !== '') {
      if (this.end) {
        const ended = this.end.exec(text);
        if (!ended) return shown;
        this.end = null;
        // What ends it is left: it may begin something itself. CAN, SUB and other C1 controls end it without a picture.
        if ('\x07\x1b\x9c'.includes(ended[0])) shown += sign;
        text = text.slice(ended[0] === '\x07' ? ended.index + 1 : ended.index);
        continue;
      }
      const found = start.exec(text);
      if (!found) {
        const [open] = begun.exec(text) ?? [''];
        if (open !== '' && open.length <= longestBegun && mayBegin(open)) {
          this.held = open;
          text = text.slice(0, text.length - open.length);
        }
        return shown + text;
      }
      // ESC \ ends what was open before it, as its own ESC would have.
      shown += `${text.slice(0, found.index)}\x1b\\`;
      text = text.slice(found.index + found[0].length);
      this.end = found[0].endsWith('q') ? /[\x18\x1a\x1b\x80-\x9f]/ : /[\x07\x18\x1a\x1b\x80-\x9f]/;
    }
    return shown;
  }

  get holdsBack(): boolean {
    return this.held !== '' || this.end !== null;
  }

  /** No more follows of what is open: what was held back. */
  reset(): string {
    const { held } = this;
    this.held = '';
    this.end = null;
    return held;
  }
}

function mayBegin(open: string): boolean {
  const osc = /^(?:\x1b\]|\x9d)/.exec(open);
  return !osc || introducer.startsWith(open.slice(osc[0].length));
}

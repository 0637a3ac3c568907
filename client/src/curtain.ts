import type { Terminal } from '@xterm/xterm';

const mode = 2026;
/** No mode has so large a number. */
const beyondModes = 1 << 20;

/**
 * Keeps an xterm from showing what is between while it is given a lot: to paint that, and to move the scrollbar with every line, takes
 * longer than to parse it. It is synchronized output (DECSET 2026), which a program cannot end meanwhile; it is as programs left it when
 * the curtain is open again.
 */
export class Curtain {
  private drawn = false;
  /** Whether the program has the mode on. */
  private programs = false;
  /** Marks sequences as the curtain's own. What is in a recording cannot know it. */
  private readonly own = beyondModes + crypto.getRandomValues(new Uint32Array(1))[0]! % (1 << 30);

  constructor(private readonly terminal: Terminal) {
    const { parser } = terminal;
    const reset = () => this.programs = false;
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, numbers => this.switch(numbers, true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, numbers => this.switch(numbers, false));
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
    parser.registerEscHandler({ final: 'c' }, reset);
  }

  /** Draws it, or once more after a reset. */
  draw(): void {
    this.terminal.write(`\x1b[?${mode};${this.own}h`);
  }

  open(): void {
    this.terminal.write(`\x1b[?${mode};${this.own}l`);
  }

  /** Whether there is nothing left for xterm to do. */
  private switch(numbers: (number | number[])[], on: boolean): boolean {
    if (!numbers.includes(mode)) return false;
    if (numbers[1] === this.own && numbers.length === 2) {
      if (!this.drawn) this.programs = this.terminal.modes.synchronizedOutputMode;
      this.drawn = on;
      return !on && this.programs;
    }
    if (this.drawn) this.programs = on;
    return this.drawn && !on && numbers.length === 1;
  }
}

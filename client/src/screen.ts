import { Terminal, type ITerminalOptions, type ITheme } from '@xterm/xterm';
import { fontFamily, fontSize } from './appearance';
import { Curtain } from './curtain';
import { emulate, emulation } from './emulation';
import { openLink, showLinks } from './links';
import { accelerate } from './renderer';

/** A size in character cells. */
export interface Cells {
  columns: number;
  rows: number;
}

const scrollbarWidth = 14;
/** What is shown whole below the user's own size; a larger terminal is moved about in. */
const smallestFont = 9;
/** How long after an error of the page a write may still be parsed before xterm counts as broken. */
const brokenAfter = 2_000;
/** An empty string would end a queue that xterm works off at once. */
const nothing = new Uint8Array(0);

/** An xterm in an element: its look, the size that fits, and a font that makes any size fit. */
export class Screen {
  terminal: Terminal;
  private curtain?: Curtain;
  private cell = { width: 0, height: 0, font: 0 };
  /** What was asked for while a resize waits for the parser. */
  private queue: (() => void)[] = [];
  private waiting = false;
  private chosenFont?: number;
  private replaced = new AbortController();

  /** `prepare` sees each xterm that it makes. */
  constructor(
    readonly host: HTMLElement, theme: ITheme, private readonly options: ITerminalOptions = {},
    private readonly prepare: (terminal: Terminal) => void = () => {},
  ) {
    this.terminal = this.build(theme);
  }

  /** Takes a fresh xterm in place of one that threw, which would parse nothing from then on. */
  rebuild(): void {
    const { theme } = this.terminal.options;
    this.replaced.abort();
    this.replaced = new AbortController();
    this.terminal.dispose();
    this.queue = [];
    this.waiting = false;
    this.curtain = undefined;
    this.terminal = this.build(theme ?? {});
  }

  private build(theme: ITheme): Terminal {
    const terminal = new Terminal({
      ...emulation,
      fontFamily,
      fontSize: fontSize(),
      cursorBlink: true,
      macOptionClickForcesSelection: true,
      scrollbar: { width: scrollbarWidth, overviewRuler: {} },
      theme: withoutLine(theme),
      minimumContrastRatio: contrastOn(theme),
      linkHandler: { activate: (_, uri) => openLink(uri) },
      ...this.options,
    });
    emulate(terminal);
    showLinks(terminal);
    terminal.open(this.host);
    for (const name of ['autocapitalize', 'autocorrect', 'autocomplete']) terminal.textarea?.setAttribute(name, 'off');
    terminal.textarea?.setAttribute('spellcheck', 'false');
    this.measure(terminal);
    void accelerate(terminal);
    this.prepare(terminal);
    return terminal;
  }

  /** Completes when all that was written is parsed; fails when xterm threw on the way, after which it parses nothing. */
  parsed(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = new AbortController();
      const { signal } = settled;
      let timer = 0;
      const settle = (then: () => void) => {
        clearTimeout(timer);
        settled.abort();
        then();
      };
      window.addEventListener('error', ({ error, message }) => {
        if (!error) return; // a complaint of the browser's, nothing was thrown
        clearTimeout(timer);
        timer = window.setTimeout(() => settle(() => reject(new Error(`xterm.js stopped: ${message}`))), brokenAfter);
      }, { signal });
      this.replaced.signal.addEventListener('abort', () => settle(() => reject(new Error('xterm.js was replaced.'))), { signal });
      this.inOrder(() => this.terminal.write(nothing, () => settle(resolve)));
    });
  }

  /** Whether the element has a size at all. */
  get hasArea(): boolean {
    return this.host.clientWidth > 0 && this.host.clientHeight > 0;
  }

  /** What fits into the element at the user's font size. Asking makes the browser lay the page out: not for every piece of output. */
  get window(): Cells {
    const scale = fontSize() / this.cell.font;
    return {
      columns: Math.max(2, Math.floor((this.host.clientWidth - scrollbarWidth) / (this.cell.width * scale))),
      rows: Math.max(1, Math.floor(this.host.clientHeight / (this.cell.height * scale))),
    };
  }

  /** Shows text, after all that was given before. */
  write(text: string): void {
    if (text !== '') this.inOrder(() => this.terminal.write(text));
  }

  /** Shows nothing of what is written from here on, until it is to be shown again. */
  conceal(): void {
    this.inOrder(() => (this.curtain ??= new Curtain(this.terminal)).draw());
  }

  /** Shows what is there, after all that was given before. */
  reveal(): void {
    this.inOrder(() => this.curtain?.open());
  }

  /**
   * Resizes when the parser has come to this point of the stream. xterm's own resize parses what is queued once more when it is called
   * while a queue is worked off (WriteBuffer.flushSync), so it is called when nothing is queued.
   */
  resizeInOrder(size: Cells, then: () => void = () => {}): void {
    this.inOrder(() => {
      this.waiting = true;
      this.terminal.write(nothing, () => queueMicrotask(() => {
        if (this.terminal.cols !== size.columns || this.terminal.rows !== size.rows) this.terminal.resize(size.columns, size.rows);
        then();
        this.waiting = false;
        for (let next; !this.waiting && (next = this.queue.shift()); ) next();
      }));
    });
  }

  private inOrder(step: () => void): void {
    if (this.waiting) this.queue.push(step);
    else step();
  }

  /** Shows the terminal in a font of that size, whatever fits; without one, as it fits. */
  chooseFont(size?: number): void {
    this.chosenFont = size;
    this.fitFont(true);
  }

  /** Takes the user's font size, or with `shrink` the largest one below it at which the whole terminal is seen. */
  fitFont(shrink: boolean): void {
    const wanted = fontSize();
    const least = Math.min(wanted, smallestFont);
    const ratio = shrink ? this.ratio() : 1;
    if (shrink && this.chosenFont !== undefined) {
      this.setFont(this.chosenFont);
      this.host.classList.toggle('pans', this.isTooHigh || this.cell.width * this.terminal.cols > this.host.clientWidth);
      return;
    }
    const size = ratio === 1 ? wanted : Math.max(least, Math.floor(wanted * ratio * 2) / 2);
    this.setFont(size);
    // Cells are whole pixels: what fits in proportion may be a few pixels too high.
    for (let smaller = size - 0.5; shrink && this.isTooHigh && smaller >= least; smaller -= 0.5) this.setFont(smaller);
    // What is larger than the window even so is moved about in.
    this.host.classList.toggle('pans', shrink && ratio * wanted < least);
  }

  private get isTooHigh(): boolean {
    return this.hasArea && Math.floor(this.cell.height * this.terminal.rows) > this.host.clientHeight;
  }

  private setFont(size: number): void {
    if (this.terminal.options.fontSize === size) return;
    this.terminal.options.fontSize = size;
    this.measure(this.terminal);
  }

  set theme(theme: ITheme) {
    this.terminal.options.theme = withoutLine(theme);
    this.terminal.options.minimumContrastRatio = contrastOn(theme);
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private ratio(): number {
    const fits = this.window;
    return Math.min(1, fits.columns / this.terminal.cols, fits.rows / this.terminal.rows);
  }

  private measure(terminal: Terminal): void {
    const box = this.host.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (!box || box.width === 0) {
      this.cell = { width: fontSize() * 0.6, height: fontSize() * 1.2, font: fontSize() };
      return;
    }
    this.cell = {
      width: box.width / terminal.cols,
      height: box.height / terminal.rows,
      font: terminal.options.fontSize ?? fontSize(),
    };
  }
}

/** The marks beside the scroll bar have no border of their own. */
function withoutLine(theme: ITheme): ITheme {
  return { ...theme, overviewRulerBorder: theme.background };
}

/** Programs choose their colours for a dark ground; on a light one many a pair cannot be read. It costs throughput, so only there. */
function contrastOn(theme: ITheme): number {
  return parseInt((theme.background ?? '#000000').slice(1, 3), 16) > 127 ? 4.5 : 1;
}

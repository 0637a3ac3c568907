import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal, type ITerminalOptions, type ITheme } from '@xterm/xterm';
import { fontFamily, fontSize } from './appearance';
import { swallowQueries } from './queries';
import { accelerate } from './renderer';

/** A size in character cells. */
export interface Cells {
  columns: number;
  rows: number;
}

const scrollbarWidth = 14;
const smallestFont = 5;

/** An xterm in an element: its look, the size that fits, and a font that makes any size fit. */
export class Screen {
  readonly terminal: Terminal;
  private cell = { width: 0, height: 0, font: 0 };

  constructor(readonly host: HTMLElement, theme: ITheme, options: ITerminalOptions = {}) {
    this.terminal = new Terminal({
      allowProposedApi: true,
      fontFamily,
      fontSize: fontSize(),
      scrollback: 10_000,
      cursorBlink: true,
      macOptionIsMeta: false,
      theme,
      minimumContrastRatio: contrastOn(theme),
      linkHandler: { activate: (_, uri) => openLink(uri) },
      ...options,
    });
    this.terminal.loadAddon(new UnicodeGraphemesAddon());
    this.terminal.loadAddon(new WebLinksAddon((_, uri) => openLink(uri)));
    swallowQueries(this.terminal.parser);
    this.terminal.open(host);
    this.measure();
    void accelerate(this.terminal);
  }

  /** What fits into the element at the user's font size. Asking makes the browser lay the page out: not for every piece of output. */
  get window(): Cells {
    const scale = fontSize() / this.cell.font;
    return {
      columns: Math.max(2, Math.floor((this.host.clientWidth - scrollbarWidth) / (this.cell.width * scale))),
      rows: Math.max(1, Math.floor(this.host.clientHeight / (this.cell.height * scale))),
    };
  }

  /** Resizes when the parser has come to this point of the stream. */
  resizeInOrder(size: Cells, then: () => void = () => {}): void {
    this.terminal.write('', () => {
      if (this.terminal.cols !== size.columns || this.terminal.rows !== size.rows) this.terminal.resize(size.columns, size.rows);
      then();
    });
  }

  /** Takes the user's font size, or with `shrink` the largest one below it at which the whole terminal is seen. */
  fitFont(shrink: boolean): void {
    const wanted = fontSize();
    const ratio = shrink ? this.ratio() : 1;
    const size = ratio === 1 ? wanted : Math.max(smallestFont, Math.floor(wanted * ratio * 2) / 2);
    if (this.terminal.options.fontSize === size) return;
    this.terminal.options.fontSize = size;
    this.measure();
  }

  set theme(theme: ITheme) {
    this.terminal.options.theme = theme;
    this.terminal.options.minimumContrastRatio = contrastOn(theme);
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private ratio(): number {
    const fits = this.window;
    return Math.min(1, fits.columns / this.terminal.cols, fits.rows / this.terminal.rows);
  }

  private measure(): void {
    const box = this.host.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (!box || box.width === 0) {
      this.cell = { width: fontSize() * 0.6, height: fontSize() * 1.2, font: fontSize() };
      return;
    }
    this.cell = {
      width: box.width / this.terminal.cols,
      height: box.height / this.terminal.rows,
      font: this.terminal.options.fontSize ?? fontSize(),
    };
  }
}

/** Programs choose their colours for a dark ground; on a light one many a pair cannot be read. It costs throughput, so only there. */
function contrastOn(theme: ITheme): number {
  return parseInt((theme.background ?? '#000000').slice(1, 3), 16) > 127 ? 4.5 : 1;
}

/** Output is hostile: nothing but the web, in a page that knows nothing of this one. */
function openLink(uri: string): void {
  if (/^https?:\/\//i.test(uri)) window.open(uri, '_blank', 'noopener,noreferrer');
}

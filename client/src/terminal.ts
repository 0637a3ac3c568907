import type { ITheme } from '@xterm/xterm';
import { changeFontSize } from './appearance';
import { acceptClips } from './clipboard';
import { InputQueue } from './input';
import { exposeForInspection } from './inspection';
import { Screen, type Cells } from './screen';
import { SearchBar } from './search';
import { bindShortcuts } from './shortcuts';
import { notKept } from './words';

/** The page's side of the server's TerminalPort. */
interface Port {
  invokeMethodAsync(method: 'Type', sequence: number, text: string): Promise<number>;
  invokeMethodAsync(method: 'WindowChanged', columns: number, rows: number, visible: boolean): Promise<void>;
}

/** Where the cursor is when a piece has been parsed, from 1. */
interface Cursor {
  row: number;
  column: number;
}

const resizeSettles = 80;

/** A terminal that shows a stream of bytes with absolute offsets and sends what is typed. */
class LiveTerminal {
  private readonly screen: Screen;
  private readonly input: InputQueue;
  private readonly search: SearchBar;
  private readonly observer: ResizeObserver;
  private readonly unexpose: () => void;
  private readonly visibilityChanged = () => this.tellWindow();
  private received = -1;
  private parsed = 0;
  private liveFrom = Number.MAX_SAFE_INTEGER;
  private driver = true;
  private shape = '';
  private settle = 0;

  constructor(id: string, host: HTMLElement, private readonly port: Port, theme: ITheme) {
    this.screen = new Screen(host, theme);
    const { terminal } = this.screen;
    this.input = new InputQueue((sequence, text) => port.invokeMethodAsync('Type', sequence, text));
    terminal.onData(text => this.input.push(text));
    terminal.onBinary(text => this.input.push(text));
    acceptClips(terminal, () => this.parsed >= this.liveFrom);
    this.search = new SearchBar(terminal, host);
    bindShortcuts(terminal, { search: () => this.search.open(), zoom: by => this.zoom(by) });
    this.observer = new ResizeObserver(() => {
      clearTimeout(this.settle);
      this.settle = window.setTimeout(() => this.windowChanged(), resizeSettles);
    });
    this.observer.observe(host);
    document.addEventListener('visibilitychange', this.visibilityChanged);
    this.unexpose = exposeForInspection(id, terminal, () => this.received);
    terminal.focus();
  }

  /** What fits the window. */
  window(): Cells {
    return this.screen.window;
  }

  /** The stream starts for this page at `offset`, in the modes that the preamble sets; what is older than `liveFrom` is history. */
  begin(offset: number, preamble: Uint8Array, liveFrom: number, columns: number, rows: number): void {
    if (this.received >= 0) return;
    this.received = this.parsed = offset;
    this.liveFrom = liveFrom;
    this.screen.resizeInOrder({ columns, rows }, () => this.screen.fitFont(!this.driver));
    this.screen.terminal.write(preamble);
  }

  /**
   * Shows a piece at the size that was in force, dropping what is here already. Completes when it is parsed.
   * The driver's window gives the terminal its size; in any other the font shrinks until the whole terminal is seen.
   */
  write(offset: number, bytes: Uint8Array, columns: number, rows: number, driver: boolean): Promise<Cursor> {
    const { terminal } = this.screen;
    const end = offset + bytes.length;
    const repeated = bytes.length > 0 && end <= this.received;
    if (!repeated) {
      this.driver = driver;
      const shape = `${columns} ${rows} ${driver}`;
      if (shape !== this.shape) {
        this.shape = shape;
        this.screen.resizeInOrder({ columns, rows }, () => this.screen.fitFont(!this.driver));
      }
      if (offset > this.received) terminal.write(notKept(offset - this.received));
      if (bytes.length > 0) terminal.write(bytes.subarray(Math.max(0, this.received - offset)));
      this.received = Math.max(this.received, end);
    }
    return new Promise(resolve =>
      terminal.write('', () => {
        this.parsed = Math.max(this.parsed, end);
        const { cursorX, cursorY } = terminal.buffer.active;
        resolve({ row: cursorY + 1, column: Math.min(cursorX + 1, terminal.cols) });
      }));
  }

  setTheme(theme: ITheme): void {
    this.screen.theme = theme;
  }

  /** The connection is back: what was under way may have been lost. */
  resume(): void {
    this.input.resume();
    this.tellWindow();
  }

  /** The program ended: what is shown stays. */
  end(): void {
    this.screen.terminal.options.disableStdin = true;
    this.screen.terminal.options.cursorBlink = false;
  }

  find(): void {
    this.search.toggle();
  }

  zoom(by: number): void {
    changeFontSize(by);
    this.windowChanged();
    this.focus();
  }

  focus(): void {
    this.screen.terminal.focus();
  }

  dispose(): void {
    clearTimeout(this.settle);
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.visibilityChanged);
    this.unexpose();
    this.screen.dispose();
  }

  private windowChanged(): void {
    this.screen.fitFont(!this.driver);
    this.tellWindow();
  }

  private tellWindow(): void {
    const { columns, rows } = this.screen.window;
    this.port.invokeMethodAsync('WindowChanged', columns, rows, !document.hidden).catch(() => {
      // Offline: resume() tells it again.
    });
  }
}

/** Shows a terminal in `host`. */
export function open(id: string, host: HTMLElement, port: Port, theme: ITheme): LiveTerminal {
  return new LiveTerminal(id, host, port, theme);
}

/** What fits into `host`, before there is a terminal. */
export function measure(host: HTMLElement, theme: ITheme): Cells {
  const screen = new Screen(host, theme);
  const cells = screen.window;
  screen.dispose();
  return cells;
}

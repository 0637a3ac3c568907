import type { ITheme, Terminal } from '@xterm/xterm';
import { changeFontSize, fontSize, setFontSize } from './appearance';
import { ringBell } from './bell';
import { ClearedSign } from './cleared';
import { cleanCopies, copy, takeClip } from './clipboard';
import { provide } from './commands';
import { Compose, messageSubject } from './compose';
import { device, type Device } from './device';
import { dropDraft, loadDraft } from './drafts';
import { Hold } from './hold';
import { InputQueue } from './input';
import { exposeForInspection } from './inspection';
import { KeyBar, type Key } from './key-bar';
import { notice } from './notice';
import { pasteClipboard, takePastes, type PasteTarget } from './paste';
import { pulse } from './pulse';
import { Screen, type Cells } from './screen';
import { SearchBar } from './search';
import { assistSelection } from './selection';
import { followSettings, settings, type Settings } from './settings';
import { bindShortcuts } from './shortcuts';
import { followSoftKeyboard } from './soft-keyboard';
import { StreamText } from './stream-text';
import { Touch } from './touch';
import { unpack } from './unpack';
import { acceptFiles, type Uploads } from './uploads';
import { notKept } from './words';

/** The page's side of the server's TerminalPort. */
interface Port {
  invokeMethodAsync(method: 'Type' | 'TypeBytes', sequence: number, text: string): Promise<number>;
  invokeMethodAsync(method: 'WindowChanged', columns: number, rows: number, visible: boolean): Promise<void>;
  invokeMethodAsync(method: 'Hold', held: boolean, inHistory: boolean): Promise<void>;
}

const resizeSettles = 80;
/** A page that is not seen paints nothing. */
const paintsWithin = 100;

/** A terminal that shows a stream of bytes with absolute offsets and sends what is typed. */
class LiveTerminal {
  private readonly screen: Screen;
  private readonly text = new StreamText();
  private readonly input: InputQueue;
  /** Files for the programs in it. */
  readonly uploads: Uploads;
  private search?: SearchBar;
  private readonly hold: Hold;
  private readonly touch: Touch;
  private readonly keyBar: KeyBar;
  /** Where nothing can be typed there is none. */
  private readonly compose?: Compose;
  private readonly clearedSign: ClearedSign;
  private readonly foot: HTMLElement | null;
  private followsKeyboard = () => {};
  private readonly observer: ResizeObserver;
  private readonly unexpose: () => void;
  private readonly visibilityChanged = () => this.tellWindow();
  private readonly gone = new AbortController();
  private received = -1;
  /** What a snapshot waits for before it is written; what comes after it waits with it. */
  private unpacking: Promise<string> | null = null;
  /** The newest frame: what takes long is parsed when it is seen. */
  private painting: Promise<void> = Promise.resolve();
  private driver = true;
  private shape = '';
  private settle = 0;

  constructor(private readonly id: string, private readonly host: HTMLElement, private readonly port: Port, theme: ITheme) {
    this.input = new InputQueue((sequence, text, kind) =>
      pulse.ask(port.invokeMethodAsync(kind === 'text' ? 'Type' : 'TypeBytes', sequence, text)));
    pulse.typists.add(this.input);
    this.hold = new Hold(host, (held, inHistory) => port.invokeMethodAsync('Hold', held, inHistory));
    this.clearedSign = new ClearedSign(host, id);
    const { signal } = this.gone;
    const current = () => this.screen.terminal;
    const paste = () => void pasteClipboard(host, this.pasteTarget);
    this.keyBar = new KeyBar({ key: key => this.press(key), text: text => this.type(text), paste });
    this.touch = new Touch(host, current, {
      zoom: (size, isLast) => this.pinch(size, isLast), scrolledUp: () => this.hold.goUp(), paste, search: () => this.search?.open(),
    }, signal);
    this.screen = new Screen(host, theme, {}, terminal => this.equip(terminal));
    takePastes(host, this.pasteTarget, signal);
    this.uploads = acceptFiles(host, id, text => this.screen.terminal.paste(text), signal);
    cleanCopies(current, host, signal);
    assistSelection(host, current, signal);
    this.foot = host.parentElement?.querySelector<HTMLElement>('.terminal-foot') ?? null;
    if (this.foot) {
      this.compose = new Compose(id, () => this.uploads.pick(), () => this.leaveCompose());
      const body = this.foot.appendChild(document.createElement('div'));
      body.className = 'terminal-foot-body';
      body.append(this.keyBar.element, this.compose.element);
      this.followsKeyboard = followSoftKeyboard(host, body, current, signal);
    }
    followSettings(settings => obey(this.screen.terminal, settings), signal);
    this.provideCommands(signal);
    this.observer = new ResizeObserver(() => {
      clearTimeout(this.settle);
      this.settle = window.setTimeout(() => this.windowChanged(), resizeSettles);
    });
    this.observer.observe(host);
    document.addEventListener('visibilitychange', this.visibilityChanged);
    this.unexpose = exposeForInspection(id, () => this.screen.terminal, () => this.received);
    if (!matchMedia('(pointer: coarse)').matches) this.focus();
    if (this.compose?.isEmpty === false) this.showCompose();
  }

  /** What fits the window. */
  window(): Cells & Device {
    return { ...this.screen.window, ...device() };
  }

  /** xterm threw: a fresh one takes its place and waits for a snapshot. What was typed stays on its way. */
  rebuild(): void {
    const focused = this.host.contains(document.activeElement);
    this.text.end();
    this.received = -1;
    this.shape = '';
    this.screen.rebuild();
    if (focused) this.focus();
  }

  /**
   * Shows a piece at the size that was in force, dropping what is here already. Completes when it is parsed.
   * The driver's window gives the terminal its size; in any other the font shrinks until the whole terminal is seen.
   */
  async write(offset: number, bytes: Uint8Array, columns: number, rows: number, driver: boolean): Promise<void> {
    await this.unpacking;
    const end = offset + bytes.length;
    const repeated = bytes.length > 0 && end <= this.received;
    if (!repeated) {
      this.setShape(columns, rows, driver);
      if (offset > this.received) this.screen.write(this.text.end() + notKept(offset - this.received));
      if (bytes.length > 0) this.screen.write(this.text.next(bytes.subarray(Math.max(0, this.received - offset))));
      this.received = Math.max(this.received, end);
    }
    await this.screen.parsed();
  }

  /** Shows the visible screen as it is now: the page cannot keep up with the stream. Completes when it is parsed. */
  async frame(bytes: Uint8Array, columns: number, rows: number, driver: boolean): Promise<void> {
    await this.unpacking;
    this.text.end();
    this.setShape(columns, rows, driver);
    this.hold.showsFrames(true);
    this.screen.write(new TextDecoder().decode(bytes));
    await this.screen.parsed();
    this.painting = painted();
  }

  /**
   * Begins the stream at `offset`, with all that is shown there and has scrolled off (gzip), whatever was shown before. `before` is the
   * start of a sequence whose rest comes next. Completes when it is parsed.
   */
  async snapshot(
    offset: number, compressed: Uint8Array, before: string, columns: number, rows: number, driver: boolean, cleared: boolean,
  ): Promise<void> {
    await this.unpacking;
    this.unpacking = Promise.all([unpack(compressed), this.painting]).then(([sequences]) => sequences);
    const sequences = await this.unpacking;
    this.unpacking = null;
    this.text.end();
    this.setShape(columns, rows, driver);
    this.received = offset;
    this.hold.showsFrames(false);
    this.clearedSign.cleared = cleared;
    const place = this.hold.keepPlace();
    this.screen.write(sequences + this.text.next(new TextEncoder().encode(before)));
    await this.screen.parsed();
    place();
  }

  /** There is more output than is shown, while the page holds still. The sign comes when what was sent before is shown. */
  more(): void {
    Promise.resolve(this.unpacking).then(() => this.screen.parsed()).then(() => this.hold.showMore(), () => {
      // xterm threw, and a fresh one takes its place.
    });
  }

  /** A program copies. */
  copied(base64: string, length: number): void {
    takeClip(this.host, base64, length);
  }

  setTheme(theme: ITheme): void {
    this.screen.theme = theme;
  }

  /** The connection is back: what was under way may have been lost. */
  resume(): void {
    this.input.resume();
    this.hold.resume();
    this.tellWindow();
  }

  /** The program ended: what is shown stays, and no window gives it another size. */
  end(): void {
    this.driver = false;
    pulse.typists.delete(this.input);
    this.screen.write(`${this.text.end()}\x1b[?25l`);
    this.screen.fitFont(true);
    this.screen.terminal.options.disableStdin = true;
    this.screen.terminal.options.cursorBlink = false;
    this.offerMessage();
  }

  find(): void {
    this.search?.toggle();
  }

  zoom(by: number): void {
    if (this.driver) {
      changeFontSize(by);
      this.windowChanged();
    } else {
      this.screen.chooseFont(by === 0 ? undefined : Math.max(1, (this.screen.terminal.options.fontSize ?? fontSize()) + by));
    }
    this.focus();
  }

  /** Where another window gives the terminal its size, two fingers change what is shown here alone. */
  private pinch(size: number, isLast: boolean): void {
    if (!this.driver) {
      this.screen.chooseFont(Math.max(1, size));
      return;
    }
    setFontSize(size);
    this.screen.fitFont(false);
    if (isLast) this.tellWindow();
  }

  focus(): void {
    this.screen.terminal.focus();
  }

  /** Opens the field for a message; on a phone it is always there. */
  writeMessage(): void {
    this.showCompose();
    this.compose?.focus();
  }

  /** Whether what it shows in is still part of the page. */
  get inDocument(): boolean {
    return this.host.isConnected;
  }

  dispose(): void {
    open.delete(this);
    pulse.typists.delete(this.input);
    this.gone.abort();
    this.search?.dispose();
    this.compose?.dispose();
    this.keyBar.element.parentElement?.remove();
    this.clearedSign.dispose();
    this.hold.dispose();
    clearTimeout(this.settle);
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.visibilityChanged);
    this.unexpose();
    this.screen.dispose();
  }

  /** What each xterm gets, a fresh one too. */
  private equip(terminal: Terminal): void {
    const typed = bindShortcuts(terminal);
    terminal.onData(text => this.input.push(this.keyBar.modifiers.apply(typed(text))));
    terminal.onBinary(bytes => this.input.push(bytes, 'bytes'));
    terminal.onKey(() => this.touch.stop());
    terminal.onCursorMove(() => this.followsKeyboard());
    terminal.parser.registerOscHandler(52, () => true); // the server says it, once
    ringBell(terminal);
    this.search?.dispose();
    this.search = new SearchBar(terminal, this.host, open => this.hold.searches(open));
    this.hold.watch(terminal);
    this.touch.watch(terminal);
    this.clearedSign.watch(terminal);
    obey(terminal, settings());
  }

  private get pasteTarget(): PasteTarget {
    const terminal = () => this.screen.terminal;
    return {
      paste: text => terminal().paste(text),
      get bracketsPastes() {
        return terminal().modes.bracketedPasteMode;
      },
      gone: this.gone.signal,
      focus: () => this.focus(),
    };
  }

  /** A message that was not sent when the terminal ended is not lost. */
  private offerMessage(): void {
    this.compose?.dispose();
    const subject = messageSubject(this.id);
    const text = loadDraft(subject)?.values.text;
    if (!text) return;
    notice(this.host, 'message', 'A message that you had not sent is kept.', [
      { label: 'Copy', act: () => void copy(text) },
      { label: 'Discard', act: () => dropDraft(subject) },
    ]);
  }

  /** The keys of the page that are this terminal's. */
  private provideCommands(signal: AbortSignal): void {
    provide('search', () => this.search?.open(), signal);
    provide('text-larger', () => this.zoom(1), signal);
    provide('text-smaller', () => this.zoom(-1), signal);
    provide('text-reset', () => this.zoom(0), signal);
    provide('compose', () => this.toggleCompose(), signal);
    provide('dictate', () => this.dictate(), signal);
  }

  /** A key of the key bar, which xterm encodes as the program's modes say. */
  private press(key: Key): void {
    const { terminal } = this.screen;
    terminal.clearSelection(); // else Ctrl+C copies
    for (const type of ['keydown', 'keyup']) {
      const event = new KeyboardEvent(type, { ...key, bubbles: true, cancelable: true });
      // Not every browser takes it from what is given above, and xterm reads nothing else.
      Object.defineProperty(event, 'keyCode', { value: key.keyCode });
      terminal.textarea?.dispatchEvent(event);
    }
  }

  private type(text: string): void {
    this.screen.terminal.input(text);
  }

  private toggleCompose(): void {
    if (this.foot?.contains(document.activeElement) && document.activeElement instanceof HTMLTextAreaElement) {
      this.leaveCompose();
    } else {
      this.writeMessage();
    }
  }

  /** Back to the terminal; a field with nothing in it goes. */
  private leaveCompose(): void {
    if (this.compose?.isEmpty) this.foot?.classList.remove('shows-compose');
    this.focus();
  }

  private dictate(): void {
    this.showCompose();
    this.compose?.dictate();
  }

  private showCompose(): void {
    this.foot?.classList.add('shows-compose');
  }

  private setShape(columns: number, rows: number, driver: boolean): void {
    const takesOver = driver && !this.driver;
    this.driver = driver;
    const shape = `${columns} ${rows} ${driver}`;
    if (shape === this.shape) return;
    this.shape = shape;
    this.screen.resizeInOrder({ columns, rows }, () => {
      this.screen.fitFont(!this.driver);
      // Cells are whole pixels: what fits at the user's own size was a guess in a smaller font.
      if (takesOver) this.tellWindow();
    });
  }

  private windowChanged(): void {
    this.screen.fitFont(!this.driver);
    this.tellWindow();
  }

  private tellWindow(): void {
    // A window without area, of a page in the making or folded away, says nothing of its size.
    if (!document.hidden && !this.screen.hasArea) return;
    const { columns, rows } = this.screen.window;
    this.port.invokeMethodAsync('WindowChanged', columns, rows, !document.hidden).catch(() => {
      // Offline: resume() tells it again.
    });
  }
}

/** What the user has chosen about keys and reading aloud. */
function obey(terminal: Terminal, { optionIsMeta, screenReader }: Settings): void {
  terminal.options.macOptionIsMeta = optionIsMeta;
  terminal.options.screenReaderMode = screenReader;
}

const open = new Set<LiveTerminal>();

/** Shows a terminal in `host`. A page that was resumed into new components still has those of the old ones: they go first. */
function openTerminal(id: string, host: HTMLElement, port: Port, theme: ITheme): LiveTerminal {
  for (const terminal of open) if (!terminal.inDocument) terminal.dispose();
  const made = new LiveTerminal(id, host, port, theme);
  open.add(made);
  return made;
}

export { openTerminal as open };

/** Completes when what is parsed has been painted, or cannot be soon. */
function painted(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, paintsWithin);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

/** What fits into `host`, before there is a terminal. */
export function measure(host: HTMLElement, theme: ITheme): Cells {
  const screen = new Screen(host, theme);
  const cells = screen.window;
  screen.dispose();
  return cells;
}

import type { IBufferLine, Terminal } from '@xterm/xterm';
import { button } from './button';
import { copy, withoutPadding } from './clipboard';
import { notice } from './notice';

/** A cell: its column, and its row in the whole buffer. */
interface Place {
  x: number;
  y: number;
}

/** What ends a word: everything else belongs to paths, addresses and names. */
const separator = /[\s()[\]{}'"`,;<>|│]/;

/** A selection that a finger makes: a word at first, then between two handles, with what can be done with it. */
export class TouchSelection {
  private readonly handles = [handle(), handle()] as const;
  private readonly bar = document.createElement('div');
  private range?: { start: Place; end: Place };
  /** The end that stays while the other follows the finger. */
  private anchor?: { start: Place; end: Place };

  constructor(
    private readonly host: HTMLElement, private readonly terminal: () => Terminal,
    actions: { paste?(): void; search?(): void },
  ) {
    this.bar.className = 'touch-bar';
    this.bar.hidden = true;
    this.bar.append(
      this.entry('Copy', () => void this.copy()),
      this.entry('All', () => this.selectAll()),
      ...(actions.paste ? [this.entry('Paste', () => this.after(() => actions.paste?.()))] : []),
      ...(actions.search ? [this.entry('Search', () => this.after(() => actions.search?.()))] : []),
    );
    host.append(...this.handles, this.bar);
    this.handles.forEach((element, index) => this.drag(element, index));
  }

  get isSelecting(): boolean {
    return this.anchor !== undefined;
  }

  get isShown(): boolean {
    return !this.bar.hidden;
  }

  /** Keeps the handles where the selection is. */
  watch(terminal: Terminal): void {
    terminal.onRender(() => this.place());
    terminal.onResize(() => this.clear());
    terminal.onSelectionChange(() => {
      if (!terminal.hasSelection()) this.hide();
    });
  }

  /** Selects the word there; false = there is none, and the bar offers to paste. */
  begin(clientX: number, clientY: number): boolean {
    const at = this.placeAt(clientX, clientY);
    const line = this.terminal().buffer.active.getLine(at.y);
    const word = line ? wordAt(line, this.terminal().cols, at.x) : undefined;
    if (!word) {
      // Nothing to select: what else can be done there.
      this.bar.hidden = false;
      this.placeBar(clientX - this.screen.x, { x: at.x, y: at.y }, at.y);
      return false;
    }
    this.range = { start: { x: word[0], y: at.y }, end: { x: word[1], y: at.y } };
    this.anchor = this.range;
    this.show();
    return true;
  }

  /** The finger that pressed moves: the selection follows it, the word stays in it. */
  extend(clientX: number, clientY: number): void {
    const { anchor } = this;
    if (!anchor) return;
    const at = this.placeAt(clientX, clientY);
    this.range = isBefore(at, anchor.start) ? { start: at, end: anchor.end } : {
      start: anchor.start, end: isBefore(anchor.end, at) ? at : anchor.end,
    };
    this.show();
  }

  /** The finger was lifted. */
  settle(): void {
    this.anchor = undefined;
  }

  clear(): void {
    this.hide();
    this.terminal().clearSelection();
  }

  dispose(): void {
    for (const element of [...this.handles, this.bar]) element.remove();
  }

  private entry(label: string, act: () => void): HTMLButtonElement {
    const made = button(label, 'touch-bar-button', act);
    made.textContent = label;
    // The keyboard stays as it is.
    made.addEventListener('pointerdown', event => event.preventDefault());
    return made;
  }

  private after(act: () => void): void {
    this.clear();
    act();
  }

  private async copy(): Promise<void> {
    const text = withoutPadding(this.terminal().getSelection());
    const copied = await copy(text);
    notice(this.host, 'copy', copied ? 'Copied.' : 'The browser did not let CoDA copy. The clipboard is as it was.');
    if (copied) this.clear();
  }

  private selectAll(): void {
    const { length } = this.terminal().buffer.active;
    this.range = { start: { x: 0, y: 0 }, end: { x: this.terminal().cols - 1, y: length - 1 } };
    this.show();
  }

  private drag(element: HTMLElement, index: number): void {
    // xterm would follow the finger, too.
    for (const type of ['touchstart', 'touchmove', 'touchend']) element.addEventListener(type, event => event.stopPropagation());
    element.addEventListener('pointerdown', event => {
      if (!this.range) return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      const [held, fixed] = index === 0 ? [this.range.start, this.range.end] : [this.range.end, this.range.start];
      // The finger is beside the cell that it moves.
      const cell = this.middleOf(held);
      const [dx, dy] = [event.clientX - cell.x, event.clientY - cell.y];
      const move = ({ clientX, clientY }: PointerEvent) => {
        const at = this.placeAt(clientX - dx, clientY - dy);
        this.range = isBefore(at, fixed) ? { start: at, end: fixed } : { start: fixed, end: at };
        this.show();
      };
      element.addEventListener('pointermove', move);
      element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), { once: true });
    });
  }

  private show(): void {
    const { range } = this;
    if (!range) return;
    const { cols } = this.terminal();
    this.terminal().select(range.start.x, range.start.y, (range.end.y - range.start.y) * cols + range.end.x - range.start.x + 1);
    this.place();
  }

  private hide(): void {
    this.range = undefined;
    for (const element of [...this.handles, this.bar]) element.hidden = true;
  }

  private place(): void {
    const { range } = this;
    if (!range) return;
    const { screen, cell } = this;
    const { viewportY } = this.terminal().buffer.active;
    const rows = this.terminal().rows;
    const host = this.host.getBoundingClientRect();
    const [left, top] = [screen.x - host.x + this.host.scrollLeft, screen.y - host.y + this.host.scrollTop];
    const ends = [range.start, { x: range.end.x + 1, y: range.end.y }];
    ends.forEach((end, index) => {
      const row = end.y - viewportY;
      const element = this.handles[index]!;
      element.hidden = row < 0 || row >= rows;
      element.style.transform = `translate(${left + end.x * cell.width}px, ${top + (row + 1) * cell.height}px)`;
    });
    this.bar.hidden = false;
    this.placeBar(range.start.x * cell.width, range.start, range.end.y);
  }

  /** The bar stands above what it is about, else below. */
  private placeBar(x: number, start: Place, lastRow: number): void {
    const { bar, host, screen, cell } = this;
    const { viewportY } = this.terminal().buffer.active;
    const box = host.getBoundingClientRect();
    const top = screen.y - box.y + host.scrollTop;
    const above = top + (start.y - viewportY) * cell.height - bar.offsetHeight - 8;
    const below = top + (lastRow - viewportY + 1) * cell.height + 36;
    const y = above >= 4 ? above : Math.min(below, host.scrollTop + host.clientHeight - bar.offsetHeight - 4);
    const left = Math.max(4, Math.min(screen.x - box.x + x, host.clientWidth - bar.offsetWidth - 4));
    bar.style.transform = `translate(${left + host.scrollLeft}px, ${Math.max(4, y)}px)`;
  }

  private placeAt(clientX: number, clientY: number): Place {
    const { screen, cell } = this;
    const terminal = this.terminal();
    const clamp = (value: number, most: number) => Math.max(0, Math.min(most, Math.floor(value)));
    return {
      x: clamp((clientX - screen.x) / cell.width, terminal.cols - 1),
      y: clamp((clientY - screen.y) / cell.height, terminal.rows - 1) + terminal.buffer.active.viewportY,
    };
  }

  private middleOf({ x, y }: Place): { x: number; y: number } {
    const { screen, cell } = this;
    const row = y - this.terminal().buffer.active.viewportY;
    return { x: screen.x + (x + 0.5) * cell.width, y: screen.y + (row + 0.5) * cell.height };
  }

  private get screen(): DOMRect {
    return (this.host.querySelector('.xterm-screen') ?? this.host).getBoundingClientRect();
  }

  private get cell(): { width: number; height: number } {
    const { width, height } = this.screen;
    return { width: width / this.terminal().cols, height: height / this.terminal().rows };
  }
}

/** The first and last column of the word in a column; undefined = there is none. */
export function wordAt(line: IBufferLine, columns: number, column: number): [number, number] | undefined {
  const isWord = (x: number) => {
    const cell = line.getCell(x);
    // The second half of a wide character belongs to the first.
    return cell !== undefined && (cell.getWidth() === 0 || (cell.getChars() !== '' && !separator.test(cell.getChars())));
  };
  if (!isWord(column)) return undefined;
  let [first, last] = [column, column];
  while (first > 0 && isWord(first - 1)) first--;
  while (last < columns - 1 && isWord(last + 1)) last++;
  return [first, last];
}

function isBefore(one: Place, other: Place): boolean {
  return one.y < other.y || (one.y === other.y && one.x < other.x);
}

function handle(): HTMLDivElement {
  const made = document.createElement('div');
  made.className = 'touch-handle';
  made.hidden = true;
  made.setAttribute('role', 'presentation');
  return made;
}

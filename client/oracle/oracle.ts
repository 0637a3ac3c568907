import { Terminal } from '@xterm/headless';
import { emulate, emulation } from '../src/emulation';
import { StreamText } from '../src/stream-text';
import { charsetNames, Dump, type Seen } from './dump';

// Terminals as the pages have them, for the tests of the server's screen model. Orders come in by standard input, each a line of words:
//   new <id> <columns> <rows> <scrollback>
//   write <id> <n>                     n bytes follow
//   resize <id> <columns> <rows>
//   state <id>                         the one order that is answered: a line with n, then n bytes of UTF-8
//   dispose <id>
// A terminal in which xterm threw takes nothing more. Its state is one line: threw, which write or resize it was (from 0), and why.

/** One terminal behind the guard that the page has before its own. */
class Screen {
  private readonly terminal: Terminal;
  private readonly text = new StreamText();
  private readonly seen: Seen = { colors: new Map(), links: new Map(), charsetNames: names, isHeldBack: false };
  private orders = 0;
  private thrown = '';

  constructor(cols: number, rows: number, scrollback: number) {
    this.terminal = new Terminal({ ...emulation, cols, rows, scrollback, logLevel: 'off' });
    emulate(this.terminal as never);
    const { _inputHandler: input, _oscLinkService: links } = internals(this.terminal);
    input.onColor((event: ColorRequest[]) => event.forEach(request => this.color(request)));
    const register = links.registerLink.bind(links);
    links.registerLink = (link: { id?: string; uri: string }) => {
      const id = register(link);
      this.seen.links.set(id, link);
      return id;
    };
  }

  write(bytes: Uint8Array): void {
    this.attempt(() => {
      const text = this.text.next(bytes);
      if (text === '') return;
      this.terminal.write(text);
      internals(this.terminal)._writeBuffer.flushSync(); // at once, and what is thrown arrives here
    });
  }

  resize(columns: number, rows: number): void {
    this.attempt(() => this.terminal.resize(columns, rows));
  }

  get state(): string {
    return this.thrown || Dump.of(this.terminal, { ...this.seen, isHeldBack: this.text.holdsBack });
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private attempt(act: () => void): void {
    const order = this.orders++;
    if (this.thrown) return;
    try {
      act();
    } catch (error) {
      this.thrown = `threw ${order} ${String(error)}\n`;
    }
  }

  // Only the browser's xterm keeps colours; this is what it does with these events.
  private color({ type, index, color }: ColorRequest): void {
    const { colors } = this.seen;
    if (type === 1 && index !== undefined && color) colors.set(index, '#' + color.map(part => part.toString(16).padStart(2, '0')).join(''));
    else if (type === 2 && index !== undefined) colors.delete(index);
    else if (type === 2) for (let each = 0; each < 256; each++) colors.delete(each);
  }
}

/** xterm's own event: 0 asks, 1 sets, 2 restores; without an index all of the 256. */
interface ColorRequest { type: number; index?: number; color?: number[] }

const names = charsetNames(new Terminal({ ...emulation, logLevel: 'off' }));
checkWidths();
const screens = new Map<string, Screen>();
let pending: Uint8Array = new Uint8Array(0);

process.stdin.on('data', (piece: Uint8Array) => {
  pending = joined(pending, piece);
  let start = 0;
  for (let end; (end = pending.indexOf(10, start)) >= 0;) {
    const words = new TextDecoder().decode(pending.subarray(start, end)).split(' ');
    const length = words[0] === 'write' ? Number(words[2]) : 0;
    if (pending.length < end + 1 + length) break;
    carryOut(words, pending.subarray(end + 1, end + 1 + length));
    start = end + 1 + length;
  }
  pending = pending.slice(start);
});

/** Fails unless the addon for graphemes has its table as in a browser (see start.mjs). */
function checkWidths(): void {
  const terminal = new Terminal({ ...emulation });
  emulate(terminal as never);
  const thumb = internals(terminal).unicodeService.charProperties(0x1f44d, 0) >> 1 & 3;
  if (thumb !== 2) throw new Error('The widths of characters are not those of a browser.');
}

function carryOut([order, id, first, second, third]: string[], bytes: Uint8Array): void {
  if (order === 'new') {
    screens.set(id, new Screen(Number(first), Number(second), Number(third)));
    return;
  }
  const screen = screens.get(id);
  if (!screen) throw new Error(`There is no terminal ${id}.`);
  if (order === 'write') screen.write(bytes);
  else if (order === 'resize') screen.resize(Number(first), Number(second));
  else if (order === 'state') answer(screen.state);
  else if (order === 'dispose') {
    screen.dispose();
    screens.delete(id);
  } else {
    throw new Error(`Not an order: ${order}.`);
  }
}

function answer(text: string): void {
  const bytes = new TextEncoder().encode(text);
  process.stdout.write(`${bytes.length}\n`);
  process.stdout.write(bytes);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function internals(terminal: Terminal): any {
  return (terminal as any)._core;
}

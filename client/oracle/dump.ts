import type { Terminal } from '@xterm/headless';

// The whole state of a terminal as text, for comparison line by line. The server's screen model writes the same (ScreenDump.cs).
//
//   size 80x24
//   active normal                     or alt
//   pen {bold f=p1}                   what is printed next looks like this: attributes, see below
//   charset 0 [-,0]                   the active set (G0 to G3), and what was designated, as long as xterm's list; - is ASCII
//   mode insert off                   a line for each mode, in the order below; not those that no page has on: 2031, 9001
//   cursor shown default default      hidden or shown; its style: default, block, underline, bar; blinking: default, on, off
//   mouse NONE DEFAULT                protocol and encoding, as xterm calls them
//   keyboard 0 0 0 [] [1,5]           kitty's flags: in force, kept for main and alternate screen, pushed on each
//   title text                        escaped as cells are
//   colors 1=#ff0000 256=#ffffff      changed ones: 0 to 255, 256 foreground, 257 background, 258 cursor
//   parser ground                     or inside (a sequence)
//   last 2 joined                     the last thing was a printed character: its width, and whether it joined the one before; or none
//   buffer normal                     then the same lines for alt
//   rows 36 of 10024                  rows that there are (none in an alternate screen that was left) and may be
//   base 12                           the row at which the screen begins
//   at 80,3                           cursor: column (the width itself if a wrap is pending) and row of the screen
//   saved 0,12 {} 0 [] origin off wraparound on
//                                     by DECSC: column, row counted from the oldest, attributes, charsets, modes
//   margins 0-23                      first and last row of the scroll region
//   tabs 0 8 16
//   12 wrapped 80 {bold}text{}\0*76;  a row from 0: its number, whether it continues the one before, its length in cells, the cells
//
// Cells: an ASCII character of width 1 is itself, except \ and {. Others are code points in hex and the width, as in \1f468+200d/2;
// An empty cell is \0 or, right of a wide one (its width is 0), \-; n of them are \0*n;
// {} before a cell: it and those that follow have these attributes, in this order; {} alone means none.
//   f=p1 f=x196 f=#ff8000             foreground: of the 16, of the 256, RGB. b= background
//   bold dim italic under blink inverse hidden strike over guard (DECSCA)
//   ext                               only of pen and saved: xterm takes style, ink and link into account
//   style=3 ink=x1                    underline: style (5 in every link) and colour; of a cell only with ext
//   link=uri#1 or link=id;uri         OSC 8; without an id= links are told apart by a number, counted in the order of the dump

type Internal = any;

const modes = [
  'applicationCursorKeys', 'applicationKeypad', 'bracketedPasteMode', 'origin', 'reverseWraparound', 'sendFocus', 'synchronizedOutput',
  'wraparound',
] as const;

const colorKinds = 0x3000000;
const rgb = 0xffffff;
const hasExtended = 0x10000000;

/** What xterm does not keep, or not by these names. */
export interface Seen {
  /** Colours that were changed. */
  colors: Map<number, string>;
  /** Every link that there was: xterm forgets those whose lines are gone, while cells may still have them. */
  links: Map<number, { id?: string; uri: string }>;
  /** The final character that designates a character set, by its table. */
  charsetNames: Map<unknown, string>;
  /** Whether the guard holds back the start of what may be a picture. */
  isHeldBack: boolean;
}

/** Writes the state of one terminal. */
export class Dump {
  private readonly links = new Map<number, number>();
  private readonly lines: string[] = [];

  private constructor(private readonly core: Internal, private readonly seen: Seen) {}

  static of(terminal: Terminal, seen: Seen): string {
    const dump = new Dump((terminal as Internal)._core, seen);
    dump.write();
    return dump.lines.join('\n') + '\n';
  }

  private write(): void {
    const {
      _bufferService: { buffers }, coreService, _inputHandler: input, _charsetService: charsets, optionsService, mouseStateService,
    } = this.core;
    const { decPrivateModes, kittyKeyboard: keyboard } = coreService;
    const { lines } = this;
    lines.push(`size ${this.core.cols}x${this.core.rows}`);
    lines.push(`active ${buffers.active === buffers.normal ? 'normal' : 'alt'}`);
    lines.push(`pen {${this.pen(input._curAttrData)}}`);
    lines.push(`charset ${charsets.glevel} ${this.designations(charsets.charsets)}`);
    lines.push(`mode insert ${onOff(coreService.modes.insertMode)}`);
    lines.push(`mode convertEol ${onOff(optionsService.rawOptions.convertEol)}`);
    for (const mode of modes) lines.push(`mode ${mode} ${onOff(decPrivateModes[mode])}`);
    const style = decPrivateModes.cursorStyle ?? 'default';
    lines.push(`cursor ${coreService.isCursorHidden ? 'hidden' : 'shown'} ${style} ${onOff(decPrivateModes.cursorBlink)}`);
    lines.push(`mouse ${mouseStateService.activeProtocol} ${mouseStateService.activeEncoding}`);
    const stacks = `[${keyboard.mainStack}] [${keyboard.altStack}]`;
    lines.push(`keyboard ${keyboard.flags} ${keyboard.mainFlags} ${keyboard.altFlags} ${stacks}`);
    lines.push(`title ${escaped(input._windowTitle)}`);
    const changed = [...this.seen.colors].sort(([a], [b]) => a - b).map(([index, color]) => ` ${index}=${color}`);
    lines.push(`colors${changed.join('')}`);
    lines.push(`parser ${input._parser.currentState === 0 && !this.seen.isHeldBack ? 'ground' : 'inside'}`);
    const last = input._parser.precedingJoinState;
    lines.push(`last ${last === 0 ? 'none' : `${last >> 1 & 3}${last & 1 ? ' joined' : ''}`}`);
    this.buffer('normal', buffers.normal);
    this.buffer('alt', buffers.alt);
  }

  private buffer(name: string, buffer: Internal): void {
    const { lines } = this;
    lines.push(`buffer ${name}`);
    lines.push(`rows ${buffer.lines.length} of ${buffer.lines.maxLength}`);
    lines.push(`base ${buffer.ybase}`);
    lines.push(`at ${buffer.x},${buffer.y}`);
    const { fg, bg } = buffer.savedCurAttrData;
    lines.push(`saved ${buffer.savedX},${buffer.savedY} {${flags(fg, bg)}${bg & hasExtended ? ' ext' : ''}}`.replace('{ ', '{')
      + ` ${buffer.savedGlevel} ${this.designations(buffer.savedCharsets)}`
      + ` origin ${onOff(buffer.savedOriginMode)} wraparound ${onOff(buffer.savedWraparoundMode)}`);
    lines.push(`margins ${buffer.scrollTop}-${buffer.scrollBottom}`);
    lines.push('tabs ' + Object.keys(buffer.tabs).filter(key => buffer.tabs[key]).map(Number).sort((a, b) => a - b).join(' '));
    for (let row = 0; row < buffer.lines.length; row++) lines.push(this.row(row, buffer.lines.get(row)));
  }

  private row(number: number, line: Internal): string {
    if (!line) return `${number} missing`;
    let text = `${number} ${line.isWrapped ? 'wrapped ' : ''}${line.length} `;
    let fg = 0;
    let bg = 0;
    let extended: Internal;
    let attributes = '';
    let empty = '';
    let count = 0;
    const flush = () => {
      if (count > 0) text += count === 1 ? empty : `${empty}*${count};`;
      count = 0;
    };
    for (let column = 0; column < line.length; column++) {
      const cellFg = line.getFg(column);
      const cellBg = line.getBg(column);
      const cellExtended = cellBg & hasExtended ? line._extendedAttrs[column] : undefined;
      if (cellFg !== fg || cellBg !== bg || cellExtended !== extended) {
        fg = cellFg;
        bg = cellBg;
        extended = cellExtended;
        const next = this.cell(fg, bg, extended);
        if (next !== attributes) {
          flush();
          text += `{${next}}`;
          attributes = next;
        }
      }
      const characters = line.getString(column);
      const width = line.getWidth(column);
      if (characters === '') {
        const name = width === 1 ? '\\0' : width === 0 ? '\\-' : `\\0/${width}`;
        if (name !== empty) {
          flush();
          empty = name;
        }
        count++;
      } else {
        flush();
        text += width === 1 && plain(characters) ? characters : `\\${hex(characters)}/${width};`;
      }
    }
    flush();
    return text;
  }

  private cell(fg: number, bg: number, extended: Internal): string {
    let text = flags(fg, bg);
    if (extended) text += underline(extended.underlineStyle, extended.underlineColor) + this.link(extended.urlId);
    return text.trimStart();
  }

  private pen({ fg, bg, extended }: Internal): string {
    const style = (extended._ext & 0x1c000000) >> 26;
    const text = flags(fg, bg) + (bg & hasExtended ? ' ext' : '') + underline(style, extended.underlineColor) + this.link(extended.urlId);
    return text.trimStart();
  }

  private link(id: number): string {
    if (!id) return '';
    const link = this.seen.links.get(id)!;
    if (link.id !== undefined) return ` link=${escaped(link.id)};${escaped(link.uri)}`;
    let number = this.links.get(id);
    if (number === undefined) this.links.set(id, number = this.links.size + 1);
    return ` link=${escaped(link.uri)}#${number}`;
  }

  private designations(charsets: unknown[]): string {
    return `[${Array.from(charsets, charset => charset === undefined ? '-' : this.seen.charsetNames.get(charset)).join(',')}]`;
  }
}

/** The names of xterm's character sets, of which it only gives away the tables: found by designating each. */
export function charsetNames(terminal: Terminal): Map<unknown, string> {
  const names = new Map<unknown, string>();
  const { _inputHandler: input, _charsetService: charsets } = (terminal as Internal)._core;
  for (const name of '0A4C5RQKYE6ZH7=') {
    input.parse(`\x1b(${name}`);
    const charset = charsets.charsets[0];
    if (!names.has(charset)) names.set(charset, name);
  }
  return names;
}

function flags(fg: number, bg: number): string {
  return color(' f', fg) + color(' b', bg)
    + (fg & 0x8000000 ? ' bold' : '') + (bg & 0x8000000 ? ' dim' : '') + (bg & 0x4000000 ? ' italic' : '')
    + (fg & 0x10000000 ? ' under' : '') + (fg & 0x20000000 ? ' blink' : '') + (fg & 0x4000000 ? ' inverse' : '')
    + (fg & 0x40000000 ? ' hidden' : '') + (fg & 0x80000000 ? ' strike' : '') + (bg & 0x40000000 ? ' over' : '')
    + (bg & 0x20000000 ? ' guard' : '');
}

function underline(style: number, ink: number): string {
  return (style ? ` style=${style}` : '') + color(' ink', ink);
}

function color(name: string, word: number): string {
  switch (word & colorKinds) {
    case 0x1000000: return `${name}=p${word & 0xff}`;
    case 0x2000000: return `${name}=x${word & 0xff}`;
    case 0x3000000: return `${name}=#${(word & rgb).toString(16).padStart(6, '0')}`;
    default: return '';
  }
}

function plain(characters: string): boolean {
  if (characters.length !== 1) return false;
  const code = characters.charCodeAt(0);
  return code >= 0x20 && code < 0x7f && code !== 0x5c && code !== 0x7b;
}

function hex(characters: string): string {
  return Array.from(characters, character => character.codePointAt(0)!.toString(16)).join('+');
}

/** Text within a line of the dump: printable ASCII but space, \, {, } and # as it is, others as \ code point in hex ; */
function escaped(text: string): string {
  return text.replace(/[^!-~]|[\\{}#]/gu, character => `\\${hex(character)};`);
}

function onOff(value: boolean | undefined): string {
  return value === undefined ? 'default' : value ? 'on' : 'off';
}

/** One moment of a recording, in seconds from its start. */
export type Moment =
  | { kind: 'output'; at: number; length: number }
  | { kind: 'resize'; at: number; columns: number; rows: number }
  | { kind: 'gap'; at: number; length: number }
  | { kind: 'capped'; at: number }
  | { kind: 'exit'; at: number };

/** A named moment, such as a task's progress line. */
export interface Marker {
  at: number;
  text: string;
}

/** Reads the text format of util-linux `script --logging-format advanced`, in pieces as it grows. */
export class TimingReader {
  readonly moments: Moment[] = [];
  readonly markers: Marker[] = [];
  columns = 80;
  rows = 24;
  ended = false;
  private rest = '';
  private readonly decoder = new TextDecoder();

  /** Begins at a line before which so many seconds have passed; `duration` counts on to the newest line. */
  constructor(public duration = 0) {}

  push(bytes: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    // The last line may be torn; it is read again with what follows.
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.read(line);
  }

  private read(line: string): void {
    const [, type, delay, rest] = /^([OSHI]) (\d{1,9}(?:\.\d+)?) (.*)$/.exec(line) ?? [];
    if (type === undefined || delay === undefined || rest === undefined) return;
    // One number that is none would make every time and offset behind it none.
    if (type === 'O' && !/^\d{1,15}$/.test(rest)) return;
    this.duration += Number(delay);
    const at = this.duration;
    if (type === 'O') {
      this.moments.push({ kind: 'output', at, length: Number(rest) });
    } else if (type === 'S') {
      const [, rows, columns] = /ROWS=(\d+) COLS=(\d+)/.exec(rest) ?? [];
      if (rows && columns) this.moments.push({ kind: 'resize', at, columns: Number(columns), rows: Number(rows) });
    } else if (type === 'H') {
      this.header(at, rest);
    }
  }

  private header(at: number, text: string): void {
    const space = text.indexOf(' ');
    const name = space < 0 ? text : text.slice(0, space);
    const value = space < 0 ? '' : text.slice(space + 1);
    switch (name) {
      case 'COLUMNS': this.columns = Number(value) || this.columns; break;
      case 'LINES': this.rows = Number(value) || this.rows; break;
      case 'MARKER': this.markers.push({ at, text: unquote(value) }); break;
      case 'GAP': this.moments.push({ kind: 'gap', at, length: gapLength(value) }); break;
      case 'CAPPED': this.moments.push({ kind: 'capped', at }); break;
      case 'EXIT_CODE':
      case 'INTERRUPTED':
        this.moments.push({ kind: 'exit', at });
        this.ended = true;
        break;
    }
  }
}

/** The moments of a recording from a place in its timing on, loaded as they are needed. */
export class TimingCursor {
  private readonly reader: TimingReader;
  private taken = 0;

  /** `read` reads the timing; `at` is the time at `offset`. */
  constructor(private readonly read: (offset: number) => Promise<Uint8Array>, private offset = 0, at = 0) {
    this.reader = new TimingReader(at);
  }

  /** The next moment, if it is loaded. */
  get next(): Moment | undefined {
    return this.reader.moments[this.taken];
  }

  take(): void {
    this.taken++;
  }

  /** Loads the next moment; nothing = there is none (yet). */
  async load(): Promise<Moment | undefined> {
    while (!this.next && await this.more());
    return this.next;
  }

  /** How much output there is up to a time; one that is more than `most` is not counted further. */
  async lengthUntil(to: number, most: number): Promise<number> {
    let length = 0;
    for (let i = 0; length <= most; i++) {
      while (this.taken + i >= this.reader.moments.length) if (!await this.more()) return length;
      const moment = this.reader.moments[this.taken + i]!;
      if (moment.at > to) return length;
      if (moment.kind === 'output') length += moment.length;
    }
    return length;
  }

  private async more(): Promise<boolean> {
    const bytes = await this.read(this.offset);
    this.offset += bytes.length;
    this.reader.moments.splice(0, this.taken);
    this.taken = 0;
    this.reader.push(bytes);
    return bytes.length > 0;
  }
}

function unquote(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}

/** `{"from":1000,"to":4000}` in stream offsets */
function gapLength(value: string): number {
  const [, from, to] = /(\d+)\D+(\d+)/.exec(value) ?? [];
  return Number(to ?? 0) - Number(from ?? 0);
}

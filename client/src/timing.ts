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
  /** Seconds from the start to the newest line. */
  duration = 0;
  private rest = '';
  private readonly decoder = new TextDecoder();

  push(bytes: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n');
    // The last line may be torn; it is read again with what follows.
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.read(line);
  }

  get ended(): boolean {
    return this.moments.at(-1)?.kind === 'exit';
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
      case 'INTERRUPTED': this.moments.push({ kind: 'exit', at }); break;
    }
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

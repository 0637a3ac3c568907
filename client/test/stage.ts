import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Playback } from '../src/playback';
import type { Screen } from '../src/screen';
import { TimingReader } from '../src/timing';

const timeout = 20_000;
/** Empties the screen; what may come with it does not show. */
const ris = '\x18\x1bc';
const colors = /^\x1b\[.*\x1b\\/;
const firstLine = 'Script started\n';

/** Where a recording has a keyframe: behind so many bytes of its output and lines of its timing; what it shows. */
export interface Planted {
  output: number;
  lines: number;
  picture: string;
  offset?: number;
}

/** A recording on a server that may fail, and a screen that keeps what it is given. */
export class Stage {
  shown = '';
  rebuilt = 0;
  readonly troubles: string[] = [];
  readonly playback: Playback;
  /** Statuses that the next requests for output get instead of an answer, if any; 0 = the connection is lost. */
  failures: (number | undefined)[] = [];
  /** xterm throws at the next write. */
  throws = false;
  /** What was asked of the server, with the bytes that it answered. */
  readonly asked: { name: string; first: number; length: number }[] = [];
  readonly files: Record<string, Buffer>;
  keyframesFollow = false;
  /** Bytes of the timing that an overview is made from. */
  told = Infinity;
  private keyframes: number[][] = [];

  constructor(context: TestContext, output: string, timing: string, planted: Planted[] = []) {
    this.files = { output: Buffer.from(`${firstLine}${output}`), timing: Buffer.from(timing), keyframes: Buffer.alloc(0) };
    this.plant(planted);
    const screen = {
      write: (text: string) => (this.shown = text.startsWith(ris) ? text.slice(ris.length).replace(colors, '') : this.shown + text),
      parsed: () => {
        if (!this.throws) return Promise.resolve();
        this.throws = false;
        return Promise.reject(new Error('planted'));
      },
      resizeInOrder: (_: unknown, then: () => void) => then(),
      fitFont: () => {},
      conceal: () => {},
      reveal: () => {},
      rebuild: () => this.rebuilt++,
    };
    Object.assign(globalThis, {
      document: { hidden: false },
      requestAnimationFrame: setImmediate,
      fetch: (url: string, options: { headers?: { Range: string } }) =>
        this.answer(url.slice(url.lastIndexOf('/') + 1), options.headers?.Range),
    });
    this.playback = new Playback('recordings/term-0', screen as unknown as Screen, () => {
      const { trouble } = this.playback;
      if (trouble !== (this.troubles.at(-1) ?? '')) this.troubles.push(trouble);
    });
    context.after(() => this.playback.dispose());
  }

  /** Takes keyframes, after those that it has. */
  plant(planted: Planted[]): void {
    for (const { output, lines, picture, offset } of planted) {
      const before = this.files.timing!.toString().split('\n').slice(0, lines).join('\n') + '\n';
      const reader = new TimingReader();
      reader.push(Buffer.from(before));
      const packed = gzipSync(ris + picture);
      const start = this.files.keyframes!.length + 64;
      this.files.keyframes = Buffer.concat([this.files.keyframes!, Buffer.alloc(64), packed]);
      this.keyframes.push([
        reader.duration, offset ?? output, firstLine.length + output, before.length, reader.columns, reader.rows, start, packed.length,
      ]);
    }
  }

  /** Opens it, and lets it stand still at its start. */
  async open(): Promise<void> {
    await this.playback.start(false);
    this.playback.toggle();
  }

  /** Goes to a time, and waits until it is there. */
  async seek(to: number): Promise<void> {
    this.playback.seek(to);
    await this.waitFor(() => !this.playback.seeking);
  }

  /** Bytes that were fetched since this was asked last, by file. */
  takeFetched(): Record<string, number> {
    const fetched: Record<string, number> = {};
    for (const { name, length } of this.asked.splice(0)) fetched[name] = (fetched[name] ?? 0) + length;
    return fetched;
  }

  async waitFor(condition: () => boolean): Promise<void> {
    const limit = Date.now() + timeout;
    while (!condition()) {
      assert.ok(Date.now() < limit, `shown: ${JSON.stringify(this.shown.slice(0, 1000))}, trouble: ${this.playback.trouble}`);
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  private overview(): object {
    const timing = this.files.timing!.subarray(0, this.told);
    const reader = new TimingReader();
    reader.push(timing);
    const written = reader.moments.reduce((sum, moment) => sum + (moment.kind === 'output' ? moment.length : 0), 0);
    return {
      version: 1, files: { timing: timing.length, keyframes: 0 }, ended: reader.ended, duration: reader.duration, output: written,
      outputStart: firstLine.length, outputEnd: firstLine.length + written, columns: reader.columns, rows: reader.rows, sizes: [],
      gaps: reader.moments.flatMap(moment => (moment.kind === 'gap' ? [[moment.at, 0, moment.length]] : [])),
      marks: reader.markers.map(({ at, text }) => [at, text]), idle: [],
      keyframesFollow: this.keyframesFollow || !reader.ended, keyframes: this.keyframes.filter(keyframe => keyframe[3]! <= timing.length),
    };
  }

  private answer(name: string, range: string | undefined): Promise<Response> {
    const failure = name === 'output' ? this.failures.shift() : undefined;
    if (failure === 0) return Promise.reject(new TypeError('Failed to fetch'));
    if (failure !== undefined) return Promise.resolve(new Response(null, { status: failure }));
    if (name === 'overview') {
      const body = JSON.stringify(this.overview());
      this.asked.push({ name, first: 0, length: body.length });
      return Promise.resolve(new Response(body));
    }
    const [, first, last] = /(\d+)-(\d+)/.exec(range ?? '') ?? [];
    const bytes = this.files[name]?.subarray(Number(first), Number(last) + 1);
    this.asked.push({ name, first: Number(first), length: bytes?.length ?? 0 });
    return Promise.resolve(bytes?.length ? new Response(bytes as BodyInit, { status: 206 }) : new Response(null, { status: 416 }));
  }
}

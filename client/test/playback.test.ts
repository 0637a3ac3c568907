import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Playback } from '../src/playback';
import type { Screen } from '../src/screen';

const timeout = 20_000;

/** A recording on a server that may fail, and a screen that keeps what it is given. */
class Stage {
  shown = '';
  rebuilt = 0;
  readonly troubles: string[] = [];
  readonly playback: Playback;
  /** Statuses that the next requests for output get instead of an answer; 0 = the connection is lost. */
  failures: number[] = [];
  /** xterm throws at the next write. */
  throws = false;

  constructor(context: TestContext, output: string, timing: string) {
    const files: Record<string, Buffer> = { output: Buffer.from(`Script started\n${output}`), timing: Buffer.from(timing) };
    const screen = {
      write: (text: string) => (this.shown += text),
      parsed: () => {
        if (!this.throws) return Promise.resolve();
        this.throws = false;
        return Promise.reject(new Error('planted'));
      },
      resizeInOrder: (_: unknown, then: () => void) => then(),
      fitFont: () => {},
      rebuild: () => this.rebuilt++,
      terminal: { reset: () => (this.shown = '') },
    };
    Object.assign(globalThis, {
      document: { hidden: false },
      requestAnimationFrame: setImmediate,
      fetch: (url: string, { headers }: { headers?: { Range: string } }) => {
        const name = url.slice(url.lastIndexOf('/') + 1);
        const failure = name === 'output' && this.playback.timing.ended ? this.failures.shift() : undefined;
        if (failure === 0) return Promise.reject(new TypeError('Failed to fetch'));
        if (failure !== undefined) return Promise.resolve(new Response(null, { status: failure }));
        if (!headers) return Promise.resolve(new Response(files[name], { status: 200 }));
        const [, first, last] = /(\d+)-(\d+)/.exec(headers.Range) ?? [];
        const bytes = files[name]?.subarray(Number(first), Number(last) + 1);
        return Promise.resolve(bytes?.length ? new Response(bytes, { status: 206 }) : new Response(null, { status: 416 }));
      },
    });
    this.playback = new Playback('recordings/term-0', screen as unknown as Screen, () => {
      const { trouble } = this.playback;
      if (trouble !== (this.troubles.at(-1) ?? '')) this.troubles.push(trouble);
    });
    context.after(() => this.playback.dispose());
  }

  async waitFor(condition: () => boolean): Promise<void> {
    const limit = Date.now() + timeout;
    while (!condition()) {
      assert.ok(Date.now() < limit, `shown: ${JSON.stringify(this.shown)}, trouble: ${this.playback.trouble}`);
      await new Promise(resolve => setImmediate(resolve));
    }
  }
}

const whole = 'O 0 6\nH 0 EXIT_CODE 0\n';

test('behind bytes that were not kept the file is read where it continues, and offsets count on in the stream', async context => {
  const gaps = 'O 0 3\nH 0 GAP {"from":3,"to":1003}\nO 0 3\nH 0 GAP {"from":1006,"to":1016}\nO 0 3\nH 0 EXIT_CODE 0\n';
  const stage = new Stage(context, 'aaabbbccc', gaps);
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown.endsWith('ccc'));
  const words = stage.shown.replace(/\x1b\[\d*m|[\r\n]/g, '');
  assert.equal(words, 'aaa[… 1,000 bytes not kept …]bbb[… 10 bytes not kept …]ccc');
  assert.equal(stage.playback.offset, 1019);
});

// More than a chunk of the file: its head has been read before anything fails.
const large = 'x'.repeat(1 << 20) + 'end';
const largeTiming = `O 0 ${large.length}\nH 0 EXIT_CODE 0\n`;

test('output that cannot be read for a moment is asked for again, and that is said', async context => {
  const stage = new Stage(context, large, largeTiming);
  stage.failures = [0, 503];
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown.length === large.length);
  assert.equal(stage.shown, large);
  await stage.waitFor(() => stage.playback.trouble === '');
  assert.deepEqual(stage.troubles, ['The recording cannot be read at the moment; trying again…', '']);
});

test('a recording that was removed meanwhile is said to be gone, and what was shown stays', async context => {
  const stage = new Stage(context, large, largeTiming);
  stage.failures = [404];
  await stage.playback.start(false);
  await stage.waitFor(() => stage.playback.trouble === 'The recording cannot be read (404).');
  assert.ok(stage.shown.length > 0 && large.startsWith(stage.shown));
  assert.equal(stage.playback.playing, false);
});

test('when xterm throws a fresh one shows the same', async context => {
  const stage = new Stage(context, 'abcdef', whole);
  stage.throws = true;
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown === 'abcdef' && stage.rebuilt === 1);
});

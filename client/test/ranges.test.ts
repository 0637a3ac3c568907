import assert from 'node:assert/strict';
import test from 'node:test';
import { RangedFile, RecordingGone } from '../src/ranges';

const chunk = 64 << 10;

/** A file on a server that answers ranges as HTTP has them, and what was asked of it. */
class Served {
  readonly asked: [number, number][] = [];
  status = 0;
  readonly file = new RangedFile('recordings/term-0/output');

  constructor(public bytes: Uint8Array) {
    Object.assign(globalThis, {
      fetch: (url: string, { headers, cache }: { headers: { Range: string }; cache: string }) => {
        assert.deepEqual([url, cache], ['recordings/term-0/output', 'no-store']);
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.Range) ?? [];
        this.asked.push([Number(first), Number(last)]);
        if (this.status !== 0) return Promise.resolve(new Response(null, { status: this.status }));
        const part = this.bytes.slice(Number(first), Number(last) + 1);
        return Promise.resolve(part.length > 0 ? new Response(part, { status: 206 }) : new Response(null, { status: 416 }));
      },
    });
  }
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

test('any place reads the bytes that are there, at most to the end of its chunk', async () => {
  const bytes = pattern(2 * chunk + 100);
  const { file } = new Served(bytes);
  for (const [offset, length, end] of [
    [0, 10, 10], [5, 0, 5], [chunk - 3, 10, chunk], [chunk, 10, chunk + 10], [2 * chunk + 90, 50, 2 * chunk + 100], [0, 5 * chunk, chunk],
  ] as const) {
    assert.deepEqual(await file.read(offset, length), bytes.subarray(offset, end), `${offset} ${length}`);
  }
});

test('a whole chunk is fetched once', async () => {
  const served = new Served(pattern(3 * chunk));
  for (let offset = chunk; offset < 2 * chunk; offset += chunk / 16) await served.file.read(offset, 100);
  assert.deepEqual(served.asked, [[chunk - 1, 2 * chunk - 1]]);
});

test('what will be read is fetched at once, but for what is there', async () => {
  const bytes = pattern(10 * chunk + 50);
  const served = new Served(bytes);
  await served.file.read(2 * chunk, 5);
  await served.file.load(2 * chunk + 5, 5 * chunk);
  for (let at = 2 * chunk + 1; at < 8 * chunk; at += chunk) {
    assert.deepEqual(await served.file.read(at, chunk), bytes.subarray(at, at + chunk - 1));
  }
  assert.deepEqual(served.asked, [[2 * chunk - 1, 3 * chunk - 1], [3 * chunk - 1, 8 * chunk - 1]]);
  await served.file.load(9 * chunk, 5 * chunk);
  assert.deepEqual(await served.file.read(10 * chunk, 50), bytes.subarray(10 * chunk));
  await served.file.load(3 * chunk, 2 * chunk);
  assert.equal(served.asked.length, 3);
});

test('behind the end there is nothing, until the file has grown', async () => {
  const all = pattern(300);
  const served = new Served(all.subarray(0, 100));
  assert.equal((await served.file.read(0, 200)).length, 100);
  assert.equal((await served.file.read(100, 200)).length, 0);
  served.bytes = all;
  assert.deepEqual(await served.file.read(100, 200), all.subarray(100, 300));
});

test('of a file that grows only what is new is fetched, with one byte that is known so that there is an answer', async () => {
  const all = pattern(300);
  const served = new Served(all.subarray(0, 100));
  await served.file.read(0, 300);
  await served.file.read(50, 300);
  served.bytes = all;
  await served.file.read(50, 250);
  assert.deepEqual(served.asked, [[0, chunk - 1], [99, chunk - 1], [99, chunk - 1]]);
});

test('an empty file and an offset far behind the end read nothing', async () => {
  const served = new Served(new Uint8Array(0));
  assert.equal((await served.file.read(0, 10)).length, 0);
  assert.equal((await served.file.read(5 * chunk + 7, 10)).length, 0);
});

test('of many chunks only the newest are kept', async () => {
  const many = 300;
  const served = new Served(pattern(many * chunk));
  for (let i = 0; i < many; i++) await served.file.read(i * chunk, 1);
  await served.file.read((many - 1) * chunk, 1);
  assert.equal(served.asked.length, many);
  await served.file.read(0, 1);
  assert.equal(served.asked.length, many + 1);
});

test('an answer that is no part of the file says whether asking again is of use', async () => {
  const served = new Served(pattern(10));
  const final = [401, 403, 404, 410];
  for (const status of [...final, 408, 429, 500, 503]) {
    served.status = status;
    await assert.rejects(served.file.read(0, 10), (error: unknown) => {
      assert.ok(error instanceof RecordingGone);
      assert.deepEqual([error.status, error.isFinal], [status, final.includes(status)]);
      assert.equal(error.message, `The recording cannot be read (${status}).`);
      return true;
    });
  }
  served.status = 0;
  assert.equal((await served.file.read(0, 10)).length, 10);
});

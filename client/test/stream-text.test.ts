import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';
import { StreamText } from '../src/stream-text';

const characters = ['—', '…', '“', '•', '。', '‍', 'é', '🙂', '𐀀', '\u{10FFFF}', '﷐'];

function read(...pieces: Uint8Array[]): string {
  const text = new StreamText();
  return pieces.map(piece => text.next(piece)).join('') + text.end();
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

async function shown(...texts: string[]): Promise<string> {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  for (const text of texts) await new Promise<void>(done => terminal.write(text, done));
  return Array.from({ length: 24 }, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true)).join('\n').trimEnd();
}

test('a character is whole wherever its bytes are split', async () => {
  for (const character of characters) {
    const all = new TextEncoder().encode(`A${character}B${character}`);
    for (let first = 0; first <= all.length; first++) {
      for (let second = first; second <= all.length; second++) {
        const text = new StreamText();
        const pieces = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)].map(piece => text.next(piece));
        assert.equal(pieces.join(''), `A${character}B${character}`);
        assert.equal(await shown(...pieces), await shown(`A${character}B${character}`));
      }
    }
  }
});

test('what is no UTF-8 shows as U+FFFD, one for each maximal part', () => {
  assert.equal(read(bytes(0x47, 0x72, 0xfc, 0xdf, 0x65)), 'Gr\ufffd\ufffde');
  assert.equal(read(bytes(0xe2, 0x80), bytes(0x41)), '\ufffdA');
  assert.equal(read(bytes(0xf0, 0x9f, 0x99), bytes(0xf0, 0x9f, 0x99, 0x82)), '\ufffd🙂');
  assert.equal(read(bytes(0xed, 0xa0, 0x80)), '\ufffd\ufffd\ufffd');
  assert.equal(read(bytes(0xe2, 0x80)), '\ufffd');
});

test('a byte order mark is kept', () => assert.equal(read(bytes(0xef, 0xbb, 0xbf, 0x41)), '\ufeffA'));

test('after the end the next piece begins afresh', () => {
  const text = new StreamText();
  assert.equal(text.next(bytes(0xe2, 0x80)), '');
  assert.equal(text.end(), '\ufffd');
  assert.equal(text.next(bytes(0x94)), '\ufffd');
});

test('counts above 32,767 are cut to fewer digits, in however many pieces they come', () => {
  const cases: [string, string][] = [
    ['a\x1b[2000000000b', 'a\x1b[20000b'],
    ['\x1b[32767L\x1b[32768L', '\x1b[32767L\x1b[3276L'],
    ['\x1b[0000000000007A', '\x1b[0000000000007A'],
    ['\x1b[1;99999;38:2:100000:7m', '\x1b[1;9999;38:2:10000:7m'],
    ['\u009b99999999S', '\u009b9999S'],
    ['\x1b[20\n00000000b', '\x1b[20\n000b'],
    ['\x1b[99\x1b[99999b', '\x1b[99\x1b[9999b'],
    ['\x1b[20000\x7f00000b', '\x1b[20000\x7fb'],
    ['\x1b\x00\x7f[2000000000b', '\x1b\x00\x7f[20000b'],
    ['\x1b\x1b\n[2000000000b', '\x1b\x1b\n[20000b'],
    ['2000000000 and \x1b]0;2000000000\x07', '2000000000 and \x1b]0;2000000000\x07'],
  ];
  for (const [given, expected] of cases) {
    const all = new TextEncoder().encode(given);
    assert.equal(read(all), expected);
    assert.equal(read(...Array.from(all, value => bytes(value))), expected);
    for (let split = 0; split <= all.length; split++) assert.equal(read(all.subarray(0, split), all.subarray(split)), expected);
  }
});

test('numbers behind a sequence that was broken off are text, whole', () => {
  const broken = ['\x1b[é99999|', '\x1b[1\u008599999|', '\x1b[1\u009c99999|', '\x1b[1\x1899999|', '\x1b[1\x1a99999|'];
  for (const given of [...broken, '\x1bM99999[99999|']) {
    const all = new TextEncoder().encode(given);
    for (let split = 0; split <= all.length; split++) assert.equal(read(all.subarray(0, split), all.subarray(split)), given);
  }
});

test('what made xterm throw or hang is shown', async () => {
  assert.equal(await shown(read(new TextEncoder().encode('\x1b[24;80H\x1b[1Jx'))), `${'\n'.repeat(23)}${' '.repeat(79)}x`);
  const began = performance.now();
  await shown(read(new TextEncoder().encode('x\x1b[2000000000b\x1b[2000000000L\x1b[2000000000S\x1b\x00[2000000000b\x1b[20000\x7f00000b')));
  assert.ok(performance.now() - began < 5_000);
});

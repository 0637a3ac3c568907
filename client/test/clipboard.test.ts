import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';
import { acceptClips, copy } from '../src/clipboard';

const largest = 1 << 20;

/** What a program's output leaves in the clipboard. */
async function copied(output: string, { focus = true } = {}): Promise<string[]> {
  const clips: string[] = [];
  Object.assign(globalThis, { document: { hasFocus: () => focus } });
  clipboard(text => (clips.push(text), Promise.resolve()));
  const terminal = new Terminal({ allowProposedApi: true });
  acceptClips(terminal as never);
  await new Promise<void>(done => terminal.write(output, done));
  return clips;
}

function clipboard(writeText: (text: string) => Promise<void>): void {
  Object.defineProperty(globalThis, 'navigator', { value: { clipboard: { writeText } }, configurable: true });
}

function osc(data: string): string {
  return `\x1b]52;${data}\x07`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('a program sets the clipboard, whatever the text and the selection it names', async () => {
  assert.deepEqual(await copied(osc(`c;${base64('— 🙂\nline')}`)), ['— 🙂\nline']);
  assert.deepEqual(await copied(osc(`;${base64('a')}`) + osc(`ps0;${base64('b')}`)), ['a', 'b']);
});

test('a page that is not looked at leaves the clipboard alone', async () =>
  assert.deepEqual(await copied(osc(`c;${base64('x')}`), { focus: false }), []));

test('no program reads the clipboard or empties it', async () => {
  for (const data of ['c;?', 'c;', ';', '']) assert.deepEqual(await copied(osc(data)), [], data);
});

test('what is no base64 sets nothing', async () => {
  for (const data of ['c;!!!', 'c;\u00e9', 'c;QUJDR', `c;${base64('x')};more`]) assert.deepEqual(await copied(osc(data)), [], data);
});

test('a megabyte of base64 is taken, and more is not', async () => {
  const most = 'A'.repeat(largest);
  assert.deepEqual((await copied(osc(`c;${most}`))).map(clip => clip.length), [largest / 4 * 3]);
  assert.deepEqual(await copied(osc(`c;${most}AAAA`)), []);
});

test('nothing of the sequence is shown', async () => {
  await copied('');
  const terminal = new Terminal({ allowProposedApi: true });
  acceptClips(terminal as never);
  await new Promise<void>(done => terminal.write(`a${osc(`c;${base64('x')}`)}b`, done));
  assert.equal(terminal.buffer.active.getLine(0)?.translateToString(true), 'ab');
});

test('a browser that refuses to copy causes no error', async () => {
  clipboard(() => Promise.reject(new Error('NotAllowedError')));
  await copy('x');
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true }); // as without HTTPS
  await copy('x');
});

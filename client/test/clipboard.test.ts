import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { Terminal } from '@xterm/headless';
import type { acceptClips as Accept } from '../src/clipboard';

const clips: string[] = [];
const said: string[] = [];
let buttons: Map<string, () => void>;
let chosen: Record<string, unknown> = {};
let focus = true;
let refuses = false;

Object.defineProperty(globalThis, 'navigator', {
  value: {
    clipboard: {
      writeText: (text: string) => refuses ? Promise.reject(new Error('NotAllowedError')) : Promise.resolve(void clips.push(text)),
    },
  },
  configurable: true,
});
/** Just enough of a page to say something in. */
function element(): Record<string, unknown> {
  let text = '';
  let act = () => {};
  return {
    dataset: {}, setAttribute() {}, append() {}, remove() {}, querySelector: () => null,
    addEventListener: (_: string, handler: () => void) => {
      act = handler;
      buttons.set(text, () => act());
    },
    set textContent(value: string) {
      text = value;
      said.push(value);
    },
  };
}
Object.assign(globalThis, {
  document: { hasFocus: () => focus, createElement: element },
  localStorage: { getItem: () => JSON.stringify(chosen), setItem: (_: string, value: string) => (chosen = JSON.parse(value)) },
});

beforeEach(() => {
  clips.length = 0;
  said.length = 0;
  buttons = new Map();
  chosen = { clips: 'allow' };
  focus = true;
  refuses = false;
});

/** What a program's output leaves in the clipboard. */
async function copied(output: string): Promise<string[]> {
  const { acceptClips } = (await import('../src/clipboard')) as { acceptClips: typeof Accept };
  const terminal = new Terminal({ allowProposedApi: true });
  acceptClips(terminal as never, element() as never);
  await new Promise<void>(done => terminal.write(output, done));
  await new Promise(setImmediate);
  return clips.splice(0);
}

function osc(data: string, end = '\x07'): string {
  return `\x1b]52;${data}${end}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('a program that may sets the clipboard, whatever the text and the selection it names, and the page says so', async () => {
  assert.deepEqual(await copied(osc(`c;${base64('— 🙂\nline')}`)), ['— 🙂\nline']);
  assert.deepEqual(await copied(osc(`;${base64('a')}`) + osc(`ps0;${base64('b')}`, '\x1b\\')), ['a', 'b']);
  assert.ok(said.includes('The program copied 1 characters to your clipboard.'));
});

test('a program that may not yet is asked about: the user copies, once or always', async () => {
  chosen = {};
  assert.deepEqual(await copied(osc(`c;${base64('secret')}`)), []);
  assert.ok(said.includes('The program wants to copy 6 characters to your clipboard.'));
  buttons.get('Always allow')!();
  await new Promise(setImmediate);
  assert.deepEqual(clips.splice(0), ['secret']);
  assert.deepEqual(await copied(osc(`c;${base64('more')}`)), ['more']);
});

test('a program that may not at all changes nothing', async () => {
  chosen = { clips: 'refuse' };
  assert.deepEqual(await copied(osc(`c;${base64('x')}`)), []);
  assert.deepEqual(said, []);
});

test('a page without the focus offers to copy, since the browser would refuse', async () => {
  focus = false;
  assert.deepEqual(await copied(osc(`c;${base64('x')}`)), []);
  focus = true;
  buttons.get('Copy')!();
  await new Promise(setImmediate);
  assert.deepEqual(clips, ['x']);
});

test('a browser that refuses to copy is said, and causes no error', async () => {
  refuses = true;
  assert.deepEqual(await copied(osc(`c;${base64('x')}`)), []);
  buttons.get('Copy')!();
  await new Promise(setImmediate);
  assert.ok(said.some(text => text.startsWith('The browser did not let CoDA copy.')));
});

test('no program reads the clipboard or empties it', async () => {
  for (const data of ['c;?', 'c;', ';', '']) assert.deepEqual(await copied(osc(data)), [], data);
});

test('what is no base64 sets nothing', async () => {
  for (const data of ['c;!!!', 'c;\u00e9', 'c;QUJDR', `c;${base64('x')};more`]) assert.deepEqual(await copied(osc(data)), [], data);
});

test('six megabytes are taken, and of more it is said that they are not', async () => {
  const most = 'A'.repeat(8_000_000);
  assert.deepEqual((await copied(osc(`c;${most}`))).map(clip => clip.length), [6_000_000]);
  assert.deepEqual(await copied(osc(`c;${most}AAAA`)), []);
  assert.ok(said.some(text => text.startsWith('The program wanted to copy 6,000,003 bytes: more than 6 MB are not taken.')));
});

test('nothing of the sequence is shown', async () => {
  const { acceptClips } = (await import('../src/clipboard')) as { acceptClips: typeof Accept };
  const terminal = new Terminal({ allowProposedApi: true });
  acceptClips(terminal as never, element() as never);
  await new Promise<void>(done => terminal.write(`a${osc(`c;${base64('x')}`)}b`, done));
  assert.equal(terminal.buffer.active.getLine(0)?.translateToString(true), 'ab');
});

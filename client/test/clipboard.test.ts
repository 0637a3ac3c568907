import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import type { takeClip as Take } from '../src/clipboard';

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

/** What a program that copies leaves in the clipboard. */
async function copied(base64: string, length = base64.length): Promise<string[]> {
  const { takeClip } = (await import('../src/clipboard')) as { takeClip: typeof Take };
  takeClip(element() as never, base64, length);
  await new Promise(setImmediate);
  return clips.splice(0);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

test('a program that may sets the clipboard, whatever the text, and the page says so', async () => {
  assert.deepEqual(await copied(base64('— 🙂\nline')), ['— 🙂\nline']);
  assert.deepEqual(await copied(base64('a')), ['a']);
  assert.ok(said.includes('The program copied 1 characters to your clipboard.'));
});

test('a program that may not yet is asked about: the user copies, once or always', async () => {
  chosen = {};
  assert.deepEqual(await copied(base64('secret')), []);
  assert.ok(said.includes('The program wants to copy 6 characters to your clipboard.'));
  buttons.get('Always allow')!();
  await new Promise(setImmediate);
  assert.deepEqual(clips.splice(0), ['secret']);
  assert.deepEqual(await copied(base64('more')), ['more']);
});

test('a program that may not at all changes nothing', async () => {
  chosen = { clips: 'refuse' };
  assert.deepEqual(await copied(base64('x')), []);
  assert.deepEqual(said, []);
});

test('a page without the focus offers to copy, since the browser would refuse', async () => {
  focus = false;
  assert.deepEqual(await copied(base64('x')), []);
  focus = true;
  buttons.get('Copy')!();
  await new Promise(setImmediate);
  assert.deepEqual(clips, ['x']);
});

test('a browser that refuses to copy is said, and causes no error', async () => {
  refuses = true;
  assert.deepEqual(await copied(base64('x')), []);
  buttons.get('Copy')!();
  await new Promise(setImmediate);
  assert.ok(said.some(text => text.startsWith('The browser did not let CoDA copy.')));
});

test('no program reads the clipboard or empties it', async () => {
  for (const data of ['?', '']) assert.deepEqual(await copied(data), [], data);
});

test('what is no base64 sets nothing', async () => {
  for (const data of ['!!!', '\u00e9', 'QUJDR', `${base64('x')};more`]) assert.deepEqual(await copied(data), [], data);
});

test('of what was too long it is said that it was not taken', async () => {
  assert.deepEqual(await copied('', 8_000_000), []);
  assert.ok(said.includes('The program wanted to copy 6,000,000 bytes: more than 3 MB are not taken. The clipboard is as it was.'));
});

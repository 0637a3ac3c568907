import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

const copied: string[] = [];
Object.defineProperty(globalThis, 'navigator', {
  value: { platform: 'Linux x86_64', clipboard: { writeText: (text: string) => (copied.push(text), Promise.resolve()) } },
  configurable: true,
});
Object.assign(globalThis, { localStorage: { getItem: () => null } });
const loaded = import('../src/shortcuts');

beforeEach(() => (copied.length = 0));

const plain = { type: 'keydown', key: '', code: '', ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, isComposing: false };
const untouched = 'to the program, to the browser';

/** A terminal that is given keys, and what becomes of each; `typed` is what becomes of what xterm types. */
async function keyboard(selection = '') {
  const { bindShortcuts } = await loaded;
  let handle: (event: KeyboardEvent) => boolean = () => true;
  const terminal = {
    attachCustomKeyEventHandler: (given: typeof handle) => (handle = given),
    hasSelection: () => selection !== '',
    getSelection: () => selection,
    clearSelection: () => (selection = ''),
  };
  const typed = bindShortcuts(terminal as never);
  const press = (key: Partial<KeyboardEvent>): string => {
    let prevented = false;
    const isTyped = handle({ ...plain, ...key, preventDefault: () => (prevented = true) } as unknown as KeyboardEvent);
    return [...(isTyped ? ['to the program'] : []), ...(prevented ? [] : ['to the browser'])].join(', ');
  };
  return { press, typed };
}

test('Shift+Enter is one new line in the prompt of an agent', async () => {
  const { press, typed } = await keyboard();
  const shiftEnter = { key: 'Enter', code: 'Enter', shiftKey: true };
  assert.equal(press(shiftEnter), untouched);
  assert.equal(typed('\r'), '\x1b\r');
  press({ ...shiftEnter, type: 'keyup' });
  assert.equal(typed('\r'), '\r');
});

test('a program with the kitty keyboard protocol gets Shift+Enter as that protocol has it', async () => {
  const { press, typed } = await keyboard();
  press({ key: 'Enter', code: 'Enter', shiftKey: true });
  assert.equal(typed('\x1b[13;2u'), '\x1b[13;2u');
  assert.equal(typed('\r'), '\r');
});

test('Enter alone, with other keys, or while a character is composed, is left as it is', async () => {
  const { press, typed } = await keyboard();
  const others: Partial<KeyboardEvent>[] = [
    {}, ...['ctrlKey', 'altKey', 'metaKey', 'isComposing'].map(key => ({ shiftKey: true, [key]: true })),
  ];
  for (const other of others) {
    press({ key: 'Enter', code: 'Enter', ...other });
    assert.equal(typed('\r'), '\r', JSON.stringify(other));
  }
});

test('Ctrl+C interrupts while nothing is selected and copies what is, once', async () => {
  const controlC = { key: 'c', code: 'KeyC', ctrlKey: true };
  assert.equal((await keyboard()).press(controlC), untouched);
  assert.deepEqual(copied, []);
  const { press } = await keyboard('words');
  assert.equal(press(controlC), '');
  assert.deepEqual(copied, ['words']);
  assert.equal(press(controlC), untouched);
});

test('Ctrl+Shift+C never interrupts, and leaves the clipboard as it is when nothing is selected', async () => {
  const key = { key: 'C', code: 'KeyC', ctrlKey: true, shiftKey: true };
  assert.equal((await keyboard()).press(key), '');
  assert.equal((await keyboard('words')).press(key), '');
  assert.deepEqual(copied, ['words']);
});

test('spaces at the ends of copied lines are left out', async () => {
  (await keyboard('line 1      \nline  2\t \n  line 3   ')).press({ key: 'c', code: 'KeyC', ctrlKey: true });
  assert.deepEqual(copied, ['line 1\nline  2\n  line 3']);
});

test('Ctrl+V is left to the browser, which pastes', async () => {
  const { press } = await keyboard();
  assert.equal(press({ key: 'v', code: 'KeyV', ctrlKey: true }), 'to the browser');
  assert.equal(press({ key: 'V', code: 'KeyV', ctrlKey: true, shiftKey: true }), 'to the browser');
});

test('the letters are those of the layout, and of the place where the layout has no Latin ones', async () => {
  const dvorak = (await keyboard('words')).press;
  assert.equal(dvorak({ key: 'k', code: 'KeyV', ctrlKey: true }), untouched);
  assert.equal(dvorak({ key: 'v', code: 'Period', ctrlKey: true }), 'to the browser');
  assert.equal(dvorak({ key: 'c', code: 'KeyI', ctrlKey: true }), '');
  const cyrillic = (await keyboard('слова')).press;
  assert.equal(cyrillic({ key: 'м', code: 'KeyV', ctrlKey: true }), 'to the browser');
  assert.equal(cyrillic({ key: 'с', code: 'KeyC', ctrlKey: true }), '');
  assert.deepEqual(copied, ['words', 'слова']);
});

test('with Alt, AltGr or Meta, and without Ctrl, every key is the program\'s', async () => {
  const { press } = await keyboard('words');
  for (const key of ['c', 'v']) {
    for (const modifiers of [{}, { ctrlKey: true, altKey: true }, { ctrlKey: true, metaKey: true }, { metaKey: true }]) {
      assert.equal(press({ key, code: `Key${key.toUpperCase()}`, ...modifiers }), untouched, `${key} ${JSON.stringify(modifiers)}`);
    }
  }
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

const copied: string[] = [];
let focused = '';
Object.defineProperty(globalThis, 'navigator', {
  value: { platform: 'Linux x86_64', clipboard: { writeText: (text: string) => (copied.push(text), Promise.resolve()) } },
  configurable: true,
});
Object.assign(globalThis, { document: { querySelector: (selector: string) => ({ focus: () => (focused = selector) }) } });
const loaded = import('../src/shortcuts');

beforeEach(() => {
  copied.length = 0;
  focused = '';
});

const plain = { type: 'keydown', key: '', code: '', ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, isComposing: false };

/** A terminal that is given keys, and what becomes of each. */
async function keyboard(selection = '') {
  const { bindShortcuts } = await loaded;
  const did: string[] = [];
  let handle: (event: KeyboardEvent) => boolean = () => true;
  const terminal = {
    attachCustomKeyEventHandler: (given: typeof handle) => (handle = given),
    input: (text: string) => did.push(`types ${JSON.stringify(text)}`),
    hasSelection: () => selection !== '',
    getSelection: () => selection,
    clearSelection: () => (selection = ''),
  };
  bindShortcuts(terminal as never, { search: () => did.push('searches'), zoom: by => did.push(`zooms ${by}`) });
  return (key: Partial<KeyboardEvent>): string => {
    did.length = 0;
    let prevented = false;
    const typed = handle({ ...plain, ...key, preventDefault: () => (prevented = true) } as unknown as KeyboardEvent);
    return [...did, ...(typed ? ['to the program'] : []), ...(prevented ? [] : ['to the browser'])].join(', ');
  };
}

const untouched = 'to the program, to the browser';

test('Shift+Enter is one new line in the prompt of an agent', async () => {
  const press = await keyboard();
  const shiftEnter = { key: 'Enter', code: 'Enter', shiftKey: true };
  assert.equal(press(shiftEnter), 'types "\\u001b\\r"');
  assert.equal(press({ ...shiftEnter, type: 'keypress' }), '');
  assert.equal(press({ ...shiftEnter, type: 'keyup' }), '');
});

test('Enter alone, with other keys, or while a character is composed, is left as it is', async () => {
  const press = await keyboard();
  assert.equal(press({ key: 'Enter' }), untouched);
  for (const other of ['ctrlKey', 'altKey', 'metaKey', 'isComposing']) {
    assert.equal(press({ key: 'Enter', shiftKey: true, [other]: true }), untouched, other);
  }
});

test('Ctrl+C interrupts while nothing is selected and copies what is, once', async () => {
  const controlC = { key: 'c', code: 'KeyC', ctrlKey: true };
  assert.equal((await keyboard())(controlC), untouched);
  assert.deepEqual(copied, []);
  const press = await keyboard('words');
  assert.equal(press(controlC), '');
  assert.deepEqual(copied, ['words']);
  assert.equal(press(controlC), untouched);
});

test('Ctrl+Shift+C never interrupts', async () => {
  assert.equal((await keyboard())({ key: 'C', code: 'KeyC', ctrlKey: true, shiftKey: true }), '');
  assert.equal((await keyboard('words'))({ key: 'C', code: 'KeyC', ctrlKey: true, shiftKey: true }), '');
  assert.deepEqual(copied, ['', 'words']);
});

test('Ctrl+V is left to the browser, which pastes', async () => {
  const press = await keyboard();
  assert.equal(press({ key: 'v', code: 'KeyV', ctrlKey: true }), 'to the browser');
  assert.equal(press({ key: 'V', code: 'KeyV', ctrlKey: true, shiftKey: true }), 'to the browser');
});

test('the letters are those of the layout, and of the place where the layout has no Latin ones', async () => {
  const dvorak = await keyboard('words');
  assert.equal(dvorak({ key: 'k', code: 'KeyV', ctrlKey: true }), untouched);
  assert.equal(dvorak({ key: 'v', code: 'Period', ctrlKey: true }), 'to the browser');
  assert.equal(dvorak({ key: 'j', code: 'KeyC', ctrlKey: true }), untouched);
  assert.equal(dvorak({ key: 'U', code: 'KeyF', ctrlKey: true, shiftKey: true }), untouched);
  assert.equal(dvorak({ key: 'F', code: 'KeyY', ctrlKey: true, shiftKey: true }), 'searches');
  assert.equal(dvorak({ key: 'c', code: 'KeyI', ctrlKey: true }), '');
  const cyrillic = await keyboard('слова');
  assert.equal(cyrillic({ key: 'м', code: 'KeyV', ctrlKey: true }), 'to the browser');
  assert.equal(cyrillic({ key: 'А', code: 'KeyF', ctrlKey: true, shiftKey: true }), 'searches');
  assert.equal(cyrillic({ key: 'с', code: 'KeyC', ctrlKey: true }), '');
  assert.deepEqual(copied, ['words', 'слова']);
});

test('Ctrl+Shift+F searches, and Ctrl+F is the program\'s', async () => {
  const press = await keyboard();
  assert.equal(press({ key: 'F', code: 'KeyF', ctrlKey: true, shiftKey: true }), 'searches');
  assert.equal(press({ key: 'f', code: 'KeyF', ctrlKey: true }), untouched);
});

test('Ctrl with plus, minus and 0 changes the size of the text, with or without the shift that plus needs', async () => {
  const press = await keyboard();
  assert.equal(press({ key: '=', ctrlKey: true }), 'zooms 1');
  assert.equal(press({ key: '+', ctrlKey: true, shiftKey: true }), 'zooms 1');
  assert.equal(press({ key: '-', ctrlKey: true }), 'zooms -1');
  assert.equal(press({ key: '0', ctrlKey: true }), 'zooms 0');
  assert.equal(press({ key: '=', ctrlKey: true, type: 'keyup' }), untouched);
});

test('Ctrl+_, which programs use to undo, is typed', async () =>
  assert.equal((await keyboard())({ key: '_', code: 'Minus', ctrlKey: true, shiftKey: true }), untouched));

test('Ctrl+F6 leaves the terminal for the buttons above', async () => {
  assert.equal((await keyboard())({ key: 'F6', ctrlKey: true }), '');
  assert.equal(focused, '.coda-bar button');
});

test('with Alt, AltGr or Meta, and without Ctrl, every key is the program\'s', async () => {
  const press = await keyboard('words');
  for (const key of ['c', 'v', 'F', '=', '-', '0', 'F6']) {
    const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key;
    for (const modifiers of [{}, { ctrlKey: true, altKey: true }, { ctrlKey: true, metaKey: true }, { metaKey: true }]) {
      assert.equal(press({ key, code, ...modifiers }), untouched, `${key} ${JSON.stringify(modifiers)}`);
    }
  }
});

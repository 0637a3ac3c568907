import assert from 'node:assert/strict';
import test from 'node:test';

Object.defineProperty(globalThis, 'navigator', { value: { platform: 'Linux x86_64' }, configurable: true });
let installed = false;
Object.assign(globalThis, { matchMedia: () => ({ matches: installed }) });
const loaded = import('../src/keys');

const plain = { type: 'keydown', key: '', code: '', ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, isComposing: false };

async function command(key: Partial<KeyboardEvent>): Promise<string | undefined> {
  const { commandOf } = await loaded;
  return commandOf({ ...plain, ...key } as KeyboardEvent);
}

const control = { ctrlKey: true };
const controlShift = { ctrlKey: true, shiftKey: true };
const altShift = { altKey: true, shiftKey: true };

test('every key of the table gives its command', async () => {
  const cases: [Partial<KeyboardEvent>, string][] = [
    [{ ...controlShift, key: 'F', code: 'KeyF' }, 'search'],
    [{ ...altShift, key: 'C', code: 'KeyC' }, 'compose'],
    [{ ...altShift, key: 'V', code: 'KeyV' }, 'dictate'],
    [{ ...altShift, key: 'N', code: 'KeyN' }, 'new-terminal'],
    [{ ...altShift, key: 'A', code: 'KeyA' }, 'next-asking'],
    [{ ...controlShift, key: '}', code: 'BracketRight' }, 'next-terminal'],
    [{ ...controlShift, key: '{', code: 'BracketLeft' }, 'previous-terminal'],
    [{ ...controlShift, key: '!', code: 'Digit1' }, 'terminal-1'],
    [{ ...controlShift, key: '(', code: 'Digit9' }, 'terminal-9'],
    [{ ...controlShift, key: '|', code: 'Backslash' }, 'rail'],
    [{ ...control, key: ',', code: 'Comma' }, 'settings'],
    [{ ...control, key: 'F6', code: 'F6' }, 'leave'],
    [{ ...controlShift, key: 'F6', code: 'F6' }, 'leave-back'],
    [{ ...control, key: '=', code: 'Equal' }, 'text-larger'],
    [{ ...controlShift, key: '+', code: 'Equal' }, 'text-larger'],
    [{ ...control, key: '+', code: 'NumpadAdd' }, 'text-larger'],
    [{ ...control, key: '-', code: 'Minus' }, 'text-smaller'],
    [{ ...control, key: '0', code: 'Digit0' }, 'text-reset'],
  ];
  for (const [key, name] of cases) assert.equal(await command(key), name, JSON.stringify(key));
});

test('the letters are those of the layout, and of the place where the layout has no Latin ones', async () => {
  assert.equal(await command({ ...controlShift, key: 'F', code: 'KeyY' }), 'search');
  assert.equal(await command({ ...controlShift, key: 'U', code: 'KeyF' }), undefined);
  assert.equal(await command({ ...controlShift, key: 'А', code: 'KeyF' }), 'search');
  assert.equal(await command({ ...altShift, key: 'Ç', code: 'KeyC' }), 'compose'); // Option+Shift+C on a Mac
});

test('no key that programs need is taken', async () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const keys: Partial<KeyboardEvent>[] = [
    ...letters.flatMap(key => [{ ctrlKey: true }, { altKey: true }].map(modifiers => (
      { key, code: `Key${key.toUpperCase()}`, ...modifiers }))),
    ...Array.from({ length: 12 }, (_, index) => ({ key: `F${index + 1}`, code: `F${index + 1}` })),
    ...['Escape', 'Tab', 'Enter', 'Backspace'].map(key => ({ key, code: key })),
    ...['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].flatMap(key => (
      [{}, { ctrlKey: true }, { shiftKey: true }, { altKey: true }].map(modifiers => ({ key, code: key, ...modifiers })))),
    { ctrlKey: true, key: '/', code: 'Slash' },
    { ...controlShift, key: '_', code: 'Minus' }, // undo in readline
    { ctrlKey: true, key: ']', code: 'BracketRight' },
    { ctrlKey: true, key: '\\', code: 'Backslash' },
    { ctrlKey: true, key: ' ', code: 'Space' },
    { ctrlKey: true, shiftKey: true, key: '@', code: 'KeyQ', altKey: true },
  ];
  for (const key of keys) assert.equal(await command(key), undefined, JSON.stringify(key));
});

test('nothing is taken while a character is composed, nor with the key of the system', async () => {
  assert.equal(await command({ ...controlShift, key: 'F', code: 'KeyF', isComposing: true }), undefined);
  assert.equal(await command({ ...controlShift, key: 'F', code: 'KeyF', metaKey: true }), undefined);
});

test('an installed window has the keys that a tab leaves to the browser', async () => {
  const key = { ...controlShift, key: 'T', code: 'KeyT' };
  assert.equal(await command(key), undefined);
  installed = true;
  assert.equal(await command(key), 'new-terminal');
  installed = false;
});

test('a key is shown as it is pressed', async () => {
  const { keyLabel } = await loaded;
  assert.equal(keyLabel('search'), 'Ctrl+Shift+F');
  assert.equal(keyLabel('end-terminal'), '');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';

Object.assign(globalThis, { window: globalThis });
const loaded = import('../src/inspection');

async function terminalWith(output: string): Promise<never> {
  const terminal = new Terminal({ cols: 10, rows: 3, scrollback: 100, allowProposedApi: true });
  await new Promise<void>(done => terminal.write(output, done));
  return terminal as never;
}

test('the lines are those of the scrollback too, without trailing blanks, or the last of them', async () => {
  const { exposeForInspection } = await loaded;
  const terminal = await terminalWith('one\r\ntwo\r\nthree\r\nfour\r\nfive');
  exposeForInspection('term-lines', () => terminal, () => 0);
  const inspection = window.coda.terminals.get('term-lines');
  assert.deepEqual(inspection?.lines(), ['one', 'two', 'three', 'four', 'five']);
  assert.deepEqual(inspection?.lines(2), ['four', 'five']);
  assert.deepEqual(inspection?.lines(0), []);
  assert.deepEqual(inspection?.lines(99).length, 5);
});

test('size, cursor and cells are those of the screen, which is at the end of the scrollback', async () => {
  const { exposeForInspection } = await loaded;
  const terminal = await terminalWith('1\r\n2\r\n3\r\n\x1b[1;7;31mred\x1b[0m!');
  exposeForInspection('term-cells', () => terminal, () => 42);
  const inspection = window.coda.terminals.get('term-cells');
  assert.deepEqual(inspection?.size(), { columns: 10, rows: 3 });
  assert.deepEqual(inspection?.cursor(), { row: 2, column: 4 });
  assert.equal(inspection?.received(), 42);
  const rows = inspection?.cells().map(row => row.split('|')) ?? [];
  assert.deepEqual(rows.map(row => [row.length, row[0]?.[0]]), [[10, '2'], [10, '3'], [10, 'r']]);
  assert.notEqual(rows[2]?.[0]?.slice(1), rows[2]?.[3]?.slice(1)); // red and bold, and neither
});

test('a terminal that takes the place of another is the one that is looked at', async () => {
  const { exposeForInspection } = await loaded;
  let current = await terminalWith('before');
  exposeForInspection('term-replaced', () => current, () => 0);
  current = await terminalWith('after');
  assert.deepEqual(window.coda.terminals.get('term-replaced')?.lines(3)[0], 'after');
});

test('one that goes late does not take its successor of the same name with it', async () => {
  const { exposeForInspection } = await loaded;
  const terminal = await terminalWith('');
  const oldGoes = exposeForInspection('term-again', () => terminal, () => 1);
  const newGoes = exposeForInspection('term-again', () => terminal, () => 2);
  oldGoes();
  assert.equal(window.coda.terminals.get('term-again')?.received(), 2);
  newGoes();
  assert.equal(window.coda.terminals.has('term-again'), false);
});

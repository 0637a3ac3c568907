import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';
import { swallowQueries } from '../src/queries';

/** What a terminal types by itself when it is shown an output. */
async function answers(output: string, swallows: boolean): Promise<string> {
  const terminal = new Terminal({
    cols: 80, rows: 24, allowProposedApi: true,
    windowOptions: { getWinSizePixels: true, getCellSizePixels: true, getWinSizeChars: true, getIconTitle: true, getWinTitle: true },
  });
  let typed = '';
  terminal.onData(text => (typed += text));
  if (swallows) swallowQueries(terminal.parser as never);
  await new Promise<void>(done => terminal.write(output, done));
  return typed;
}

const answered = [
  '\x1b[c', '\x1b[0c', '\x1b[>c', '\x1b[5n', '\x1b[6n', '\x1b[?6n', '\x1b[4$p', '\x1b[?2026$p', '\x1b[18t',
  '\x1bP$qm\x1b\\',
];
const others = [
  '\x1b[=c', '\x1b[>q', '\x1b[?996n', '\x1b[?u', '\x1b[14t', '\x1b[16t', '\x1b[20t', '\x1b[21t', '\x1bP+q544e\x1b\\',
  '\x1b]4;1;?\x07', '\x1b]10;?\x07', '\x1b]11;?\x1b\\', '\x1b]12;?\x07', '\x1b]10;?;?;?\x07', '\u009bc', '\x1b[?1;2$p',
];

test('left alone xterm answers, so that a page would type', async () => {
  for (const query of answered) assert.notEqual(await answers(query, false), '', JSON.stringify(query));
});

test('a page types no answer to any query', async () => {
  for (const query of [...answered, ...others]) assert.equal(await answers(query, true), '', JSON.stringify(query));
  assert.equal(await answers([...answered, ...others].join('text'), true), '');
});

test('what looks like a query and sets something still does', async () => {
  const terminal = new Terminal({ allowProposedApi: true });
  swallowQueries(terminal.parser as never);
  const titles: string[] = [];
  terminal.onTitleChange(title => titles.push(title));
  await new Promise<void>(done => terminal.write('\x1b]2;one\x07\x1b[22t\x1b]2;two\x07\x1b[23t\x1b[4h\x1b[?25l\x1b[!pab\x1b[Hx', done));
  assert.deepEqual(titles.slice(0, 2), ['one', 'two']);
  assert.equal(terminal.buffer.active.getLine(0)?.translateToString(true), 'xb');
});

test('a colour that is set is passed on, and one that is asked for is not', async () => {
  const terminal = new Terminal({ allowProposedApi: true });
  const passed: string[] = [];
  for (const osc of [4, 10, 11, 12]) terminal.parser.registerOscHandler(osc, data => (passed.push(`${osc};${data}`), true));
  swallowQueries(terminal.parser as never);
  await new Promise<void>(done =>
    terminal.write('\x1b]4;1;red\x07\x1b]4;1;?\x07\x1b]10;#fff\x07\x1b]10;?\x07\x1b]11;#000\x07\x1b]12;?\x07', done));
  assert.deepEqual(passed, ['4;1;red', '10;#fff', '11;#000']);
});

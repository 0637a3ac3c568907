import assert from 'node:assert/strict';
import test from 'node:test';
import type { ILink } from '@xterm/xterm';
import { Terminal } from '@xterm/headless';
import { brokenLinks, openLink } from '../src/links';

const address = `https://example.com/oauth/authorize?code=true&state=${'abcdefghij'.repeat(6)}`;

/** What each row of a terminal of so many columns links to. */
async function links(columns: number, output: string): Promise<string[]> {
  const terminal = new Terminal({ cols: columns, rows: 10, allowProposedApi: true });
  await new Promise<void>(done => terminal.write(output, done));
  const provider = brokenLinks(terminal as never, () => {});
  return Array.from({ length: 10 }, (_, row) => {
    let found: ILink[] | undefined;
    provider.provideLinks(row + 1, provided => (found = provided));
    return found?.map(link => link.text).join(' ') ?? '';
  });
}

function fold(text: string, columns: number): string {
  return text.match(new RegExp(`.{1,${columns}}`, 'g'))?.join('\r\n') ?? '';
}

test('an address that its program broke at the width of the window is whole on each of its rows', async () => {
  for (const columns of [20, 30, 47, 80]) {
    const rows = Math.ceil(address.length / columns);
    const found = await links(columns, `one\r\n${fold(address, columns)}\r\ntwo`);
    assert.deepEqual(found, ['', ...Array(rows).fill(address), ...Array(9 - rows).fill('')]);
  }
});

test('it may begin behind other words, and what closes a sentence is no part of it', async () => {
  const found = await links(40, fold(`Visit (${address}).`, 40));
  assert.deepEqual(found.filter(link => link !== ''), [address, address, address]);
});

test('a row of words, another address or the frame of a box are no part of it', async () => {
  const full = `https://example.com/${'x'.repeat(20)}`;
  for (const next of ['Open it in a browser', 'https://example.com/other', '│', ' indented']) {
    assert.deepEqual((await links(40, `${full}\r\n${next}`)).join(''), '');
  }
});

test('an address that does not reach the last column ends in its row', async () =>
  assert.equal((await links(60, `${address.slice(0, 50)}\r\nmore`)).join(''), ''));

test('what xterm wrapped itself is left to it', async () => assert.equal((await links(40, address)).join(''), ''));

test('the link covers its cells from the first to the last', async () => {
  const terminal = new Terminal({ cols: 40, rows: 5, allowProposedApi: true });
  await new Promise<void>(done => terminal.write(fold(`— see ${address}`, 40), done));
  brokenLinks(terminal as never, () => {}).provideLinks(2, found =>
    assert.deepEqual(found?.[0]?.range, { start: { x: 7, y: 1 }, end: { x: (6 + address.length - 1) % 40 + 1, y: 3 } }));
});

test('only the web is opened, in a page that knows nothing of this one', () => {
  const opened: unknown[][] = [];
  Object.assign(globalThis, { window: { open: (...asked: unknown[]) => opened.push(asked) } });
  const others = ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://a.example', 'vscode://https://a.example'];
  for (const uri of [...others, ' https://a.example', 'x https://a.example', 'https:/a', '']) openLink(uri);
  assert.deepEqual(opened, []);
  openLink('HTTPS://a.example/b');
  assert.deepEqual(opened, [['HTTPS://a.example/b', '_blank', 'noopener,noreferrer']]);
});

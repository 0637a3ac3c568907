import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';
import { speedOf } from '../src/glide';
import { coveredBelow, shiftFor } from '../src/soft-keyboard';
import { wordAt } from '../src/touch-selection';
import { deviceName } from '../src/device';
import { brokenExpression, counted } from '../src/search';

test('a finger that rests before it is lifted leaves no speed', () => {
  const moves = [0, 16, 32, 48].map(at => ({ at, by: 16 }));
  assert.equal(speedOf(moves, 50), 1);
  assert.equal(speedOf(moves, 400), 0);
  assert.equal(speedOf([], 0), 0);
});

test('a long press takes the whole word, with the signs of paths and addresses', async () => {
  const terminal = new Terminal({ allowProposedApi: true, cols: 60, rows: 2 });
  await new Promise<void>(done => terminal.write('see (https://a.b/c?d=1) ~/x-1.txt, 世界 end', done));
  const line = terminal.buffer.active.getLine(0)! as never;
  const text = (column: number) => {
    const word = wordAt(line, 60, column);
    return word && terminal.buffer.active.getLine(0)!.translateToString(false, word[0], word[1] + 1);
  };
  assert.equal(text(10), 'https://a.b/c?d=1');
  assert.equal(text(27), '~/x-1.txt');
  assert.equal(text(36), '世界');
  assert.equal(text(3), undefined);
  assert.equal(text(58), undefined);
});

test('a soft keyboard covers what the visual viewport lacks, and a zoomed page has none', () => {
  assert.equal(coveredBelow(844, { height: 500, offsetTop: 0, scale: 1 }), 344);
  assert.equal(coveredBelow(844, { height: 500, offsetTop: 100, scale: 1 }), 244);
  assert.equal(coveredBelow(844, { height: 800, offsetTop: 0, scale: 1 }), 0); // the browser's own bars
  assert.equal(coveredBelow(844, { height: 422, offsetTop: 0, scale: 2 }), 0);
});

test('a terminal moves up only as far as its cursor needs', () => {
  assert.equal(shiftFor(100, 700, 344), 0);
  assert.equal(shiftFor(700, 700, 344), 344);
  assert.equal(shiftFor(400, 700, 344), 52);
});

test('a device is named by its browser and its system', () => {
  const names = {
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0': 'Firefox on Linux',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36': 'Chrome on Android',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1':
      'Safari on iOS',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0':
      'Edge on Windows',
    'curl/8': 'A browser',
  };
  for (const [agent, name] of Object.entries(names)) assert.equal(deviceName(agent), name);
});

test('a search says where it is, and what is no expression', () => {
  assert.equal(counted(2, 17), '3 of 17');
  assert.equal(counted(-1, 0), 'none');
  assert.equal(counted(-1, 1000), '1000+');
  assert.equal(brokenExpression('a(b)'), '');
  assert.notEqual(brokenExpression('a(b'), '');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { TimingCursor, TimingReader } from '../src/timing';

const timing = 'H 0 COLUMNS 100\nH 0 LINES 30\nO 0.5 3\nH 0 GAP {"from":3,"to":1003}\n'
  + 'H 0.25 MARKER "— half"\nS 1 SIGWINCH ROWS=40 COLS=120\nH 0 EXIT_CODE 0\n';

test('a timing file is read alike wherever its bytes are split', () => {
  const bytes = new TextEncoder().encode(timing);
  for (let split = 0; split <= bytes.length; split++) {
    const reader = new TimingReader();
    reader.push(bytes.subarray(0, split));
    reader.push(bytes.subarray(split));
    assert.deepEqual(reader.moments, [
      { kind: 'output', at: 0.5, length: 3 },
      { kind: 'gap', at: 0.5, length: 1000 },
      { kind: 'resize', at: 1.75, columns: 120, rows: 40 },
      { kind: 'exit', at: 1.75 },
    ]);
    assert.deepEqual(reader.markers, [{ at: 0.75, text: '— half' }]);
    assert.deepEqual([reader.columns, reader.rows, reader.ended], [100, 30, true]);
  }
});

test('a line that is torn or unknown changes nothing', () => {
  const reader = new TimingReader();
  reader.push(new TextEncoder().encode('O 1 2\nnonsense\nX 1 2\nH 1 LATER thing\nO 5'));
  assert.deepEqual(reader.moments, [{ kind: 'output', at: 1, length: 2 }]);
  assert.equal(reader.ended, false);
});

test('a number that is none does not stop the clock for what follows', () => {
  const reader = new TimingReader();
  reader.push(new TextEncoder().encode('O 1 2\nO 1.2.3 4\nO . 4\nO 1 x\nO 1 \nO 1 -5\nH NaN EXIT_CODE 0\nO 1 7\n'));
  assert.deepEqual(reader.moments, [{ kind: 'output', at: 1, length: 2 }, { kind: 'output', at: 2, length: 7 }]);
  assert.equal(reader.duration, 2);
});

test('a size or a gap that is none is passed over, and the size at the start keeps its default', () => {
  const reader = new TimingReader();
  reader.push(new TextEncoder().encode('H 0 COLUMNS x\nH 0 LINES 0\nS 1 SIGWINCH ROWS= COLS=80\nS 1 SIGINT\nH 0 MARKER not json\n'));
  assert.deepEqual([reader.columns, reader.rows, reader.moments, reader.markers], [80, 24, [], [{ at: 2, text: 'not json' }]]);
});

test('moments are loaded as they are needed, from any line on', async () => {
  const all = new TextEncoder().encode('O 1 10\nO 1 20\nS 1 SIGWINCH ROWS=5 COLS=6\nO 1 30\nO 1 40\n');
  let read = 0;
  const cursor = new TimingCursor(offset => {
    read++;
    return Promise.resolve(all.subarray(offset, offset + 9));
  }, 7, 101);
  assert.equal(cursor.next, undefined);
  assert.deepEqual(await cursor.load(), { kind: 'output', at: 102, length: 20 });
  assert.equal(read, 1);
  assert.equal(await cursor.lengthUntil(104, 1000), 50);
  assert.equal(await cursor.lengthUntil(200, 1000), 90);
  assert.equal(await cursor.lengthUntil(200, 40), 50);
  const taken = [];
  for (let moment; (moment = cursor.next ?? await cursor.load()); cursor.take()) taken.push(moment.at);
  assert.deepEqual(taken, [102, 103, 104, 105]);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { TimingReader } from '../src/timing';

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

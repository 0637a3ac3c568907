import assert from 'node:assert/strict';
import test from 'node:test';
import { notKept, recordingFull } from '../src/words';

test('a gap says how many bytes it has, on a line of its own and in no colour of the program', () => {
  assert.equal(notKept(1), '\x1b[0m\r\n\x1b[2m[… 1 bytes not kept …]\x1b[0m\r\n');
  assert.match(notKept(1_234_567), /\[… 1,234,567 bytes not kept …\]/);
});

test('what is said at the limit begins and ends without attributes', () =>
  assert.match(recordingFull, /^\x1b\[0m\r\n.*\x1b\[0m\r\n$/));

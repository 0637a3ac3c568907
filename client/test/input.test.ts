import assert from 'node:assert/strict';
import test from 'node:test';
import { InputQueue, type Kind } from '../src/input';

interface Sent {
  sequence: number;
  text: string;
  kind: Kind;
  answer(applied: number): void;
  fail(): void;
}

function queue(): { input: InputQueue; sent: Sent[] } {
  const sent: Sent[] = [];
  const input = new InputQueue((sequence, text, kind) =>
    new Promise((answer, reject) => sent.push({ sequence, text, kind, answer, fail: () => reject(new Error('offline')) })));
  return { input, sent };
}

const settled = () => new Promise(resolve => setImmediate(resolve));

test('keys do not wait for the answer to the one before', () => {
  const { input, sent } = queue();
  for (const key of 'abc') input.push(key);
  assert.deepEqual(sent.map(piece => [piece.sequence, piece.text]), [[1, 'a'], [2, 'b'], [3, 'c']]);
});

test('behind a full window keys travel together', async () => {
  const { input, sent } = queue();
  for (let i = 0; i < 30; i++) input.push('x');
  assert.equal(sent.length, 16);
  sent.forEach(piece => piece.answer(piece.sequence));
  await settled();
  assert.deepEqual(sent.slice(16).map(piece => piece.text), ['x'.repeat(14)]);
});

test('after a reconnection what has no answer is sent again, unchanged and in order', async () => {
  const { input, sent } = queue();
  for (const key of 'abc') input.push(key);
  sent[0]?.answer(1);
  await settled();
  input.resume();
  input.push('d');
  assert.deepEqual(sent.slice(3).map(piece => [piece.sequence, piece.text]), [[2, 'b'], [3, 'c'], [4, 'd']]);
});

test('an answer of a connection that is gone changes nothing', async () => {
  const { input, sent } = queue();
  input.push('a');
  input.resume();
  sent[0]?.fail();
  await settled();
  assert.equal(sent.length, 2);
  sent[1]?.answer(1);
  await settled();
  input.push('b');
  assert.deepEqual(sent.slice(2).map(piece => piece.sequence), [2]);
});

test('a piece that did not arrive is sent again before what came after it', async () => {
  const { input, sent } = queue();
  input.push('a');
  input.push('b');
  sent[1]?.answer(0);
  sent[0]?.fail();
  for (const limit = Date.now() + 10_000; sent.length < 4 && Date.now() < limit; ) await settled();
  assert.deepEqual(sent.slice(2).map(piece => piece.text), ['a', 'b']);
});

test('a pair of surrogates is never split, and bytes never mix with text', () => {
  const { input, sent } = queue();
  input.push('x'.repeat(7_999) + '🙂');
  input.push('\xff', 'bytes');
  assert.deepEqual(sent.map(piece => [piece.text.length, piece.kind]), [[7_999, 'text'], [2, 'text'], [1, 'bytes']]);
});

test('keys count as held until they are applied, and what the terminal says of itself does not', async () => {
  const { input, sent } = queue();
  input.push('\x1b[I');
  input.push('\x1b[12;4R');
  input.push('\x1b]11;rgb:0f0f/1414/1a1a\x1b\\');
  assert.equal(input.holdsKeys, false);
  input.push('\r');
  assert.equal(input.holdsKeys, true);
  sent.forEach(piece => piece.answer(piece.sequence));
  await settled();
  assert.equal(input.holdsKeys, false);
});

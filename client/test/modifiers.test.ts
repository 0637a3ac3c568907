import assert from 'node:assert/strict';
import test from 'node:test';
import { Modifiers, control } from '../src/modifiers';

test('a tap is for the next key alone', () => {
  const modifiers = new Modifiers(() => {});
  modifiers.tap('ctrl', 0);
  assert.equal(modifiers.apply('c'), '\x03');
  assert.equal(modifiers.apply('c'), 'c');
  modifiers.tap('alt', 1000);
  assert.equal(modifiers.apply('b'), '\x1bb');
  assert.equal(modifiers.apply('b'), 'b');
});

test('a double tap locks, and another tap switches off', () => {
  const modifiers = new Modifiers(() => {});
  modifiers.tap('ctrl', 0);
  modifiers.tap('ctrl', 200);
  assert.equal(modifiers.state('ctrl'), 'locked');
  assert.equal(modifiers.apply('x') + modifiers.apply('x'), '\x18\x18');
  modifiers.tap('ctrl', 5000);
  assert.equal(modifiers.apply('x'), 'x');
});

test('two slow taps are on and off', () => {
  const modifiers = new Modifiers(() => {});
  modifiers.tap('ctrl', 0);
  modifiers.tap('ctrl', 900);
  assert.equal(modifiers.state('ctrl'), 'off');
});

test('both together are ESC and the control character', () => {
  const modifiers = new Modifiers(() => {});
  modifiers.tap('ctrl', 0);
  modifiers.tap('alt', 10);
  assert.equal(modifiers.apply('a'), '\x1b\x01');
});

test('they wait for one character: a sequence, a paste or a word passes', () => {
  const modifiers = new Modifiers(() => {});
  modifiers.tap('ctrl', 0);
  for (const text of ['\x1b[I', 'word', '', '\r', '\x7f\x7f']) assert.equal(modifiers.apply(text), text);
  assert.equal(modifiers.apply('a'), '\x01');
});

test('a control character is what terminals make of a key', () => {
  assert.equal(['a', 'Z', '[', ' ', '?', '@', '_', '1', 'é'].map(control).join('|'), '\x01|\x1a|\x1b|\0|\x7f|\0|\x1f|1|é');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { asOneLine, pasteInto, pasteable } from '../src/paste';

Object.assign(globalThis, { localStorage: { getItem: () => null } });

test('no control character but tabs and line ends is pasted', () => {
  const every = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).join('');
  assert.equal(pasteable(every).replace(/[\x20-\x7e\xa0-\xff]/g, ''), '\t\n\r');
});

test('a paste cannot end itself, and other texts arrive unchanged', () => {
  assert.equal(pasteable('before\x1b[201~\rrm -rf x\x03\x04\x9b'), 'before[201~\rrm -rf x');
  assert.equal(pasteable('tab\tend\r\n grüße 世界 🙂'), 'tab\tend\r\n grüße 世界 🙂');
});

test('one line, and many into a program that takes them as one, are pasted without a question', () => {
  const pasted: string[] = [];
  const target = (bracketsPastes: boolean) => ({
    paste: (text: string) => void pasted.push(text), bracketsPastes, gone: new AbortController().signal, focus: () => {},
  });
  pasteInto(null as never, target(false), 'one line\n');
  pasteInto(null as never, target(true), 'one\ntwo');
  assert.deepEqual(pasted, ['one line\n', 'one\ntwo']);
});

test('many lines become one, without what indents them', () => {
  assert.equal(asOneLine('  docker run \r\n    -it \n\n  image\n'), 'docker run -it image');
});

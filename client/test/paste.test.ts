import assert from 'node:assert/strict';
import test from 'node:test';
import { pasteable } from '../src/paste';

test('a pasted text holds nothing that ends its paste or runs it', () => {
  assert.equal(pasteable('echo harmless \x1b[201~\rtouch pwned\r'), 'echo harmless [201~\rtouch pwned\r');
  assert.equal(pasteable('a\u009b201~b\x7fc\x00d\x03e\x04f'), 'a201~bcdef');
});

test('tabs, line ends and all other characters stay', () => assert.equal(pasteable('a\tb\r\nc\n— 🙂 é\u00a0'), 'a\tb\r\nc\n— 🙂 é\u00a0'));

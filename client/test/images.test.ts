import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImageFilter } from '../src/images';

const sixel = '\x1bP0;1;0q"1;1;10;20#0;2;0;0;0#0!10~-\x1b\\';
const iterm = '\x1b]1337;File=inline=1;width=4:iVBORw0KGgo=\x07';

function whole(text: string): string {
  return new ImageFilter().next(text);
}

test('a picture is replaced by a sign, what is around it stays', () => {
  assert.equal(whole(`a${sixel}b`), 'a\x1b\\[image]\x1b\\b');
  assert.equal(whole(`a${iterm}b`), 'a\x1b\\[image]b');
});

test('it makes no difference where pieces end', () => {
  const text = `one${sixel}two${iterm}three\x1b[31m\x1b]0;title\x07\x1bP$qm\x1b\\\x1b]1337;SetMark\x07four`;
  for (let size = 1; size < 9; size++) {
    const filter = new ImageFilter();
    let shown = '';
    for (let at = 0; at < text.length; at += size) shown += filter.next(text.slice(at, at + size));
    assert.equal(shown + filter.reset(), whole(text));
  }
});

test('what is no picture passes', () => {
  const text = '\x1bP$qm\x1b\\\x1b]1337;SetMark\x07\x1b]13\x07\x1b[1q\x1b_G;\x1b\\ \x1bc';
  assert.equal(whole(text), text);
});

test('CAN ends one without a sign', () => {
  assert.equal(whole('a\x1bPq~~~\x18b'), 'a\x1b\\\x18b');
});

test('what is held back comes when no more follows', () => {
  const filter = new ImageFilter();
  assert.equal(filter.next('a\x1bP1;2'), 'a');
  assert.equal(filter.reset(), '\x1bP1;2');
});

test('an introducer without end is not held back for ever', () => {
  const filter = new ImageFilter();
  const endless = `\x1bP${'1;'.repeat(1000)}`;
  assert.equal(filter.next(endless), endless);
});

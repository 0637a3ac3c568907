import assert from 'node:assert/strict';
import test from 'node:test';
import { Hold } from '../src/hold';

interface Sign {
  hidden: boolean;
  click(): void;
}

/** The sign that is made, as far as it is used. */
function makeSign(): Sign & { addEventListener(type: string, listener: () => void): void; remove(): void } {
  let clicked = () => {};
  return { hidden: false, click: () => clicked(), addEventListener: (_, listener) => (clicked = listener), remove: () => {} };
}

/** What of an xterm is looked at: a buffer of `baseY` rows above the screen, of which the user sees those from `viewportY` on. */
class FakeTerminal {
  readonly buffer = { active: { type: 'normal', baseY: 100, viewportY: 100 } };
  readonly modes = { mouseTrackingMode: 'none' };
  readonly element = { addEventListener: (_: string, listener: (turn: { deltaY: number }) => void) => (this.wheel = listener) };
  selection = '';
  focused = false;
  private wheel: (turn: { deltaY: number }) => void = () => {};
  private scrolled = () => {};
  private selected = () => {};
  private keyed = () => {};

  onScroll(listener: () => void) {
    this.scrolled = listener;
  }

  onSelectionChange(listener: () => void) {
    this.selected = listener;
  }

  onKey(listener: () => void) {
    this.keyed = listener;
  }

  getSelection() {
    return this.selection;
  }

  clearSelection() {
    this.select('');
  }

  scrollToBottom() {
    this.scrollTo(this.buffer.active.baseY);
  }

  scrollLines(by: number) {
    this.scrollTo(this.buffer.active.viewportY + by);
  }

  focus() {
    this.focused = true;
  }

  scrollTo(row: number) {
    this.buffer.active.viewportY = Math.min(Math.max(row, 0), this.buffer.active.baseY);
    this.scrolled();
  }

  /** As the wheel does it: xterm tells nothing of it while it scrolls smoothly. */
  async wheelTo(row: number) {
    this.wheel({ deltaY: row - this.buffer.active.viewportY || -1 });
    this.buffer.active.viewportY = row;
    await settled();
  }

  select(text: string) {
    this.selection = text;
    this.selected();
  }

  key() {
    this.keyed();
  }

  /** RIS and all rows again, as a snapshot writes them. */
  writeAgain(rows: number) {
    Object.assign(this.buffer.active, { baseY: 0, viewportY: 0 });
    this.scrolled();
    Object.assign(this.buffer.active, { baseY: rows, viewportY: rows });
    this.scrolled();
  }
}

const settled = () => new Promise(resolve => setImmediate(resolve));

function page() {
  const sign = makeSign();
  Object.assign(globalThis, { document: { createElement: () => sign } });
  const told: string[] = [];
  let online = true;
  const hold = new Hold({ append: () => {} } as never, (held, inHistory) => {
    if (!online) return Promise.reject(new Error('offline'));
    told.push(held ? inHistory ? 'held in history' : 'held' : 'released');
    return Promise.resolve();
  });
  const terminal = new FakeTerminal();
  hold.watch(terminal as never);
  return { hold, terminal, told, sign, connect: (up: boolean) => (online = up) };
}

test('what has scrolled off holds the page still while it is looked at', () => {
  const { terminal, told } = page();
  assert.deepEqual(told, []);
  terminal.scrollTo(50);
  terminal.scrollTo(10);
  assert.deepEqual(told, ['held in history']);
  terminal.scrollTo(99);
  terminal.scrollTo(100);
  assert.deepEqual(told, ['held in history', 'released']);
});

test('the wheel holds it still, too', async () => {
  const { terminal, told } = page();
  await terminal.wheelTo(97);
  assert.deepEqual(told, ['held in history']);
});

test('the wheel goes up where a page has the screen alone, as soon as it has got what is above', async () => {
  const { hold, terminal, told } = page();
  Object.assign(terminal.buffer.active, { baseY: 0, viewportY: 0 });
  await terminal.wheelTo(0);
  assert.deepEqual(told, []); // there is nothing above
  hold.showsFrames(true);
  await terminal.wheelTo(0);
  assert.deepEqual(told, ['held in history']);
  hold.showsFrames(false);
  const place = hold.keepPlace();
  terminal.writeAgain(500);
  place();
  assert.equal(terminal.buffer.active.viewportY, 497);
  assert.deepEqual(told, ['held in history']);
  terminal.key();
  assert.deepEqual(told, ['held in history', 'released']);
});

test('in frames of a full-screen program the wheel is the program\'s', async () => {
  const { hold, terminal, told } = page();
  Object.assign(terminal.buffer.active, { baseY: 0, viewportY: 0 });
  hold.showsFrames(true);
  terminal.buffer.active.type = 'alternate';
  await terminal.wheelTo(0);
  Object.assign(terminal.buffer.active, { type: 'normal' });
  terminal.modes.mouseTrackingMode = 'vt200';
  await terminal.wheelTo(0);
  assert.deepEqual(told, []);
});

test('output that scrolls while the end is seen holds nothing', () => {
  const { terminal, told } = page();
  for (let row = 101; row < 200; row++) {
    terminal.buffer.active.baseY = row;
    terminal.scrollTo(row);
  }
  assert.deepEqual(told, []);
});

test('a selection of more than a word holds it still, and a word, which a double click selects by the way, does not', () => {
  const { terminal, told } = page();
  terminal.select('word');
  terminal.select('  word ');
  terminal.select(' ');
  assert.deepEqual(told, []);
  terminal.select('two words');
  terminal.select('two words more');
  assert.deepEqual(told, ['held']);
  terminal.select('');
  assert.deepEqual(told, ['held', 'released']);
  terminal.select('two\nlines');
  assert.deepEqual(told, ['held', 'released', 'held']);
});

test('a selection that is followed up into what has scrolled off is told so', () => {
  const { terminal, told } = page();
  terminal.select('two words');
  terminal.scrollTo(50);
  terminal.select('many more words');
  terminal.scrollTo(100);
  terminal.select('');
  assert.deepEqual(told, ['held', 'held in history', 'held', 'released']);
});

test('an open search holds it still until it is closed', () => {
  const { hold, terminal, told } = page();
  hold.searches(true);
  terminal.scrollTo(20);
  terminal.scrollTo(100);
  hold.searches(false);
  assert.deepEqual(told, ['held', 'held in history', 'held', 'released']);
});

test('a key leads back to the end', () => {
  const { hold, terminal, told, sign } = page();
  terminal.select('two words');
  terminal.scrollTo(3);
  hold.showMore();
  terminal.key();
  assert.deepEqual(told.at(-1), 'released');
  assert.deepEqual(terminal.buffer.active.viewportY, 100);
  assert.equal(terminal.selection, '');
  assert.equal(sign.hidden, true);
  told.length = 0;
  terminal.key();
  assert.deepEqual(told, []);
});

test('a key at the end leaves a selected word alone', () => {
  const { terminal } = page();
  terminal.select('word');
  terminal.key();
  assert.equal(terminal.selection, 'word');
});

test('a sign says that there is more, only while the page is held still, and leads to it', () => {
  const { hold, terminal, told, sign } = page();
  assert.equal(sign.hidden, true);
  hold.showMore(); // it was told while the user came back by himself
  assert.equal(sign.hidden, true);
  terminal.scrollTo(3);
  assert.equal(sign.hidden, true);
  hold.showMore();
  assert.equal(sign.hidden, false);
  terminal.scrollTo(5);
  assert.equal(sign.hidden, false);
  sign.click();
  assert.equal(sign.hidden, true);
  assert.deepEqual(terminal.buffer.active.viewportY, 100);
  assert.equal(terminal.focused, true);
  assert.deepEqual(told, ['held in history', 'released']);
});

test('when all is written again the user sees the rows that were seen before, and nothing was told meanwhile', () => {
  const { hold, terminal, told } = page();
  terminal.scrollTo(60);
  const bringBack = hold.keepPlace();
  terminal.writeAgain(150);
  assert.deepEqual(told, ['held in history']);
  bringBack();
  assert.equal(terminal.buffer.active.viewportY, 110);
  assert.deepEqual(told, ['held in history']);
});

test('when all is written again the end stays the end', () => {
  const { hold, terminal, told } = page();
  const bringBack = hold.keepPlace();
  terminal.writeAgain(150);
  bringBack();
  assert.equal(terminal.buffer.active.viewportY, 150);
  assert.deepEqual(told, []);
});

test('a place and a selection that are gone when all is written again hold it no longer', () => {
  const { hold, terminal, told } = page();
  terminal.select('two words');
  terminal.scrollTo(99);
  const bringBack = hold.keepPlace();
  terminal.clearSelection();
  terminal.writeAgain(0);
  bringBack();
  assert.deepEqual(told, ['held', 'held in history', 'released']);
});

test('after a lost connection it is told again how the page is, whatever was told before', async () => {
  const { hold, terminal, told, connect } = page();
  terminal.scrollTo(3);
  connect(false);
  terminal.scrollTo(100);
  await settled();
  assert.deepEqual(told, ['held in history']);
  connect(true);
  hold.resume();
  assert.deepEqual(told, ['held in history', 'released']);
});

test('a fresh xterm in place of one that failed is at its end, and followed', () => {
  const { hold, terminal, told } = page();
  hold.searches(true);
  terminal.scrollTo(3);
  const fresh = new FakeTerminal();
  hold.watch(fresh as never);
  assert.deepEqual(told, ['held', 'held in history', 'released']);
  fresh.scrollTo(50);
  assert.equal(told.at(-1), 'held in history');
  terminal.scrollTo(100); // of the one before
  assert.equal(told.at(-1), 'held in history');
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

const key = 'coda.terminal.fontSize';
const stored = new Map<string, string>();
const page = { cookie: '', documentElement: { dataset: {} as Record<string, string> } };
let systemIsDark = false;
Object.assign(globalThis, {
  window: globalThis,
  document: page,
  localStorage: { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => stored.set(name, value) },
  matchMedia: (query: string) => ({ matches: query === '(prefers-color-scheme: dark)' && systemIsDark }),
});
const loaded = import('../src/appearance');

beforeEach(() => stored.clear());

test('without a choice the font has 14 pixels', async () => assert.equal((await loaded).fontSize(), 14));

test('a chosen size is kept, and what cannot be one is not taken', async () => {
  const { fontSize } = await loaded;
  const choices = [['8', 8], ['32', 32], ['13.5', 13.5], ['7', 14], ['33', 14], ['', 14], ['big', 14], ['Infinity', 14]] as const;
  for (const [value, size] of choices) {
    stored.set(key, value);
    assert.equal(fontSize(), size, value);
  }
});

test('the size changes step by step between 8 and 32 pixels, and 0 brings the default back', async () => {
  const { changeFontSize, fontSize } = await loaded;
  assert.equal(changeFontSize(1), 15);
  assert.equal(fontSize(), 15);
  for (let i = 0; i < 40; i++) changeFontSize(1);
  assert.equal(fontSize(), 32);
  for (let i = 0; i < 40; i++) changeFontSize(-1);
  assert.equal(fontSize(), 8);
  assert.equal(changeFontSize(0), 14);
  assert.equal(fontSize(), 14);
});

test('the theme is shown and kept for the next page, for all paths and a year', async () => {
  await loaded;
  for (const [dark, theme] of [[true, 'dark'], [false, 'light']] as const) {
    window.codaAppearance.setDark(dark);
    assert.equal(page.documentElement.dataset.theme, theme);
    assert.equal(page.cookie, `coda-theme=${theme}; path=/; max-age=31536000; samesite=lax`);
  }
});

test("the system's preference is asked for when it is needed", async () => {
  await loaded;
  systemIsDark = true;
  assert.equal(window.codaAppearance.prefersDark(), true);
  systemIsDark = false;
  assert.equal(window.codaAppearance.prefersDark(), false);
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { draftTime, dropDraft, dropOldDrafts, loadDraft, saveDraft } from '../src/drafts';

const day = 24 * 3600 * 1000;
let room = Infinity;

/** As a browser's, with the room of one. */
class Store {
  [key: string]: unknown;

  getItem(key: string): string | null {
    return (this[key] as string | undefined) ?? null;
  }

  setItem(key: string, value: string): void {
    const used = Object.keys(this).filter(each => each !== key).reduce((sum, each) => sum + (this[each] as string).length, 0);
    if (used + value.length > room) throw new Error('QuotaExceededError');
    this[key] = value;
  }

  removeItem(key: string): void {
    delete this[key];
  }
}

beforeEach(() => {
  room = Infinity;
  Object.assign(globalThis, { localStorage: new Store() });
});

test('a draft comes back with its time until it is dropped', () => {
  saveDraft('task', { prompt: 'x'.repeat(200_000), agent: 'claude' }, 1234);
  assert.equal(loadDraft('task')?.values.prompt?.length, 200_000);
  assert.deepEqual(loadDraft('task')?.at, 1234);
  assert.equal(loadDraft('answer task-1'), undefined);
  dropDraft('task');
  assert.equal(loadDraft('task'), undefined);
});

test('where there is no room the oldest draft goes', () => {
  saveDraft('old', { text: 'a'.repeat(1000) }, 1);
  saveDraft('older', { text: 'a'.repeat(1000) }, 0);
  room = 2_500;
  assert.equal(saveDraft('new', { text: 'b'.repeat(1000) }, 2), true);
  assert.deepEqual(['old', 'older', 'new'].filter(subject => loadDraft(subject)), ['old', 'new']);
  assert.equal(saveDraft('huge', { text: 'c'.repeat(5000) }, 3), false);
});

test('drafts of more than 30 days ago go', () => {
  saveDraft('old', { text: 'a' }, 0);
  saveDraft('new', { text: 'a' }, 20 * day);
  dropOldDrafts(31 * day);
  assert.equal(loadDraft('old'), undefined);
  assert.equal(loadDraft('new')?.values.text, 'a');
});

test('what is no draft is none', () => {
  for (const text of ['', 'null', '{', '[]', '{"values":1,"at":2}', '{"values":{}}']) {
    localStorage.setItem('coda.draft.task', text);
    assert.equal(loadDraft('task'), undefined, text);
  }
});

test('a draft of another day has its date', () => {
  const now = new Date(2026, 10, 28, 15, 0);
  assert.equal(draftTime(new Date(2026, 10, 28, 14, 2).getTime(), now), '14:02');
  assert.equal(draftTime(new Date(2026, 10, 27, 9, 5).getTime(), now), '27 Nov 09:05');
});

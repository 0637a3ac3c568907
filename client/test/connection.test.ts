import assert from 'node:assert/strict';
import test from 'node:test';
import { watchConnection } from '../src/connection';

const settled = () => new Promise(resolve => setImmediate(resolve));

/** A page with Blazor's banner, and a server that answers with these statuses, the last for good; 0 = out of reach. */
class Page {
  readonly banner = Object.assign(new EventTarget(), { textContent: '', hidden: true });
  readonly asked: string[] = [];
  readonly listeners: Record<string, () => void> = {};
  reloads = 0;

  constructor(public statuses: number[]) {
    Object.assign(globalThis, {
      document: { getElementById: (id: string) => (id === 'components-reconnect-modal' ? this.banner : null) },
      addEventListener: (type: string, listener: () => void) => (this.listeners[type] = listener),
      location: { href: 'http://coda/terminals/term-0', reload: () => this.reloads++ },
      fetch: (url: string) => {
        this.asked.push(url);
        const status = (this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0]) ?? 0;
        return status === 0 ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(new Response(null, { status }));
      },
    });
    watchConnection();
  }

  async becomes(state: string): Promise<void> {
    this.banner.dispatchEvent(Object.assign(new Event('components-reconnect-state-changed'), { detail: { state } }));
    for (let i = 0; i < 5; i++) await settled();
  }
}

test('a lost connection is said until it is back', async () => {
  const page = new Page([0]);
  await page.becomes('show');
  assert.deepEqual([page.banner.hidden, page.banner.textContent], [false, 'Connection lost. Reconnecting…']);
  await page.becomes('retrying');
  await page.becomes('hide');
  assert.equal(page.banner.hidden, true);
  assert.equal(page.reloads, 0);
});

test('a page whose browser was signed out elsewhere is loaded again, and one whose server is troubled is not', async () => {
  for (const [status, reloads] of [[401, 1], [200, 0], [503, 0], [0, 0]] as const) {
    const page = new Page([status]);
    await page.becomes('show');
    assert.deepEqual([page.asked, page.reloads], [['http://coda/terminals/term-0'], reloads], `${status}`);
  }
});

test('a state that is not known changes nothing', async () => {
  const page = new Page([200]);
  await page.becomes('paused');
  assert.deepEqual([page.banner.hidden, page.asked.length, page.reloads], [true, 0, 0]);
});

test('a page without the banner is left alone', () => {
  Object.assign(globalThis, { document: { getElementById: () => null }, addEventListener: () => {} });
  watchConnection();
});

test('a page that the server has forgotten asks ever less often and is loaded again once, when it answers', async context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const page = new Page([0, 503, 0, 0, 0, 0, 0, 0, 0, 200]);
  await page.becomes('failed');
  await page.becomes('rejected');
  assert.equal(page.banner.textContent, 'The server was restarted. This page reloads when it answers.');
  assert.equal(page.asked.length, 1);
  let waited = 0;
  for (; page.reloads === 0 && waited < 60_000; waited += 100) {
    context.mock.timers.tick(100);
    for (let i = 0; i < 5; i++) await settled();
  }
  assert.deepEqual([page.asked.length, page.reloads], [10, 1]);
  assert.ok(page.asked.every(url => url === 'health'));
  assert.ok(waited > 20_000 && waited < 30_000, `${waited} ms`);
  context.mock.timers.tick(60_000);
  await settled();
  assert.equal(page.reloads, 1);
});

test('a page that is being left is not loaded again, until it turns out that it stayed', async context => {
  let now = performance.now() - 20_000; // for no other test is it being left
  context.mock.method(performance, 'now', () => now);
  const page = new Page([401]);
  page.listeners.beforeunload?.();
  now += 9_999;
  await page.becomes('show');
  assert.deepEqual([page.asked.length, page.reloads], [1, 0]);
  now += 1;
  await page.becomes('retrying');
  assert.equal(page.reloads, 1);
});

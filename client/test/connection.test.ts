import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Connection } from '../src/connection';
import { sentence, type Sentence, type State } from '../src/connection-words';
import { Pulse } from '../src/pulse';

const settled = async () => {
  for (let i = 0; i < 8; i++) await new Promise(resolve => setImmediate(resolve));
};

/** A page with a circuit, and a server that answers requests with these statuses, the last for good; 0 = out of reach. */
class Page {
  now = 0;
  shown: Sentence | null = null;
  readonly asked: string[] = [];
  readonly listeners: Record<string, (event: object) => void> = {};
  readonly storage = new Map<string, string>();
  hidden = false;
  reloads = 0;
  statuses: number[] = [200];
  body = 'healthy';
  server = 'first';
  /** Whether the socket carries anything. */
  alive = true;
  pings = 0;
  drops = 0;
  attempts = 0;
  /** What an attempt finds: the page, no page, no server, or silence until it is given up. */
  finds: 'page' | 'nothing' | 'no server' | 'silence' = 'page';
  connection!: Connection;
  pulse!: Pulse;
  private readonly waiting: (() => void)[] = [];
  private attempting = false;
  private giveUp: () => void = () => {};

  constructor(context: TestContext) {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    context.mock.method(performance, 'now', () => this.now);
    const listen = (type: string, listener: (event: object) => void) => (this.listeners[type] = listener);
    const page = this;
    Object.assign(globalThis, {
      document: { addEventListener: listen, get hidden() { return page.hidden; } },
      addEventListener: listen,
      location: { href: 'http://coda/terminals/term-0', reload: () => this.reloads++ },
      sessionStorage: {
        getItem: (key: string) => this.storage.get(key) ?? null,
        setItem: (key: string, value: string) => this.storage.set(key, value),
        removeItem: (key: string) => this.storage.delete(key),
      },
      fetch: (url: string) => {
        this.asked.push(url);
        const status = (this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0]) ?? 0;
        if (status === 0) return Promise.reject(new TypeError('Failed to fetch'));
        return Promise.resolve(new Response(this.body, { status, headers: { 'Coda-Instance': this.server } }));
      },
    });
    this.load();
  }

  /** Begins with a page that was just loaded. */
  load(): void {
    this.pulse = new Pulse(() => this.now);
    this.connection = new Connection(
      {
        ping: () => {
          this.pings++;
          return this.answer();
        },
        regain: () => this.attempt(),
        drop: () => {
          this.drops++;
          if (this.attempting) this.giveUp();
          else this.connection.onConnectionDown({});
        },
        closed: () => Promise.resolve(),
      },
      this.pulse,
      { show: sentence => (this.shown = sentence) },
      'first',
    );
    this.connection.onCircuitOpened();
  }

  answer(): Promise<void> {
    return new Promise(resolve => {
      if (this.alive) {
        this.pulse.heard();
        resolve();
      } else {
        this.waiting.push(resolve);
      }
    });
  }

  /** The server speaks again. */
  revive(): void {
    this.alive = true;
    this.pulse.heard();
    this.waiting.splice(0).forEach(answer => answer());
  }

  type(): void {
    this.pulse.typists.add({ holdsKeys: !this.alive });
    void this.pulse.ask(this.answer());
  }

  async passes(context: TestContext, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.now += 50;
      context.mock.timers.tick(50);
      await settled();
    }
  }

  get text(): string | undefined {
    return this.shown?.text;
  }

  private attempt(): Promise<boolean> {
    this.attempts++;
    switch (this.finds) {
      case 'page':
        this.connection.onConnectionUp();
        return Promise.resolve(true);
      case 'nothing':
        return Promise.resolve(false);
      case 'no server':
        return Promise.reject(new Error('no server'));
      case 'silence':
        this.attempting = true;
        return new Promise((_, reject) => (this.giveUp = () => {
          this.attempting = false;
          reject(new Error('given up'));
        }));
    }
  }
}

test('every state has one true sentence', () => {
  const end = { ms: 200_000, keys: false } as const;
  const said: [State, boolean, string | undefined, string?][] = [
    [{ is: 'up' }, true, undefined],
    [{ is: 'silent', since: 7_000 }, true, 'No answer for 3 s, keys are kept'],
    [{ is: 'silent', since: 7_000 }, false, 'No answer for 3 s'],
    [{ is: 'lost', since: 9_700, next: 12_000 }, true, undefined],
    [{ is: 'lost', since: 9_000, next: 12_000 }, true, 'Connection lost, keys are kept. Next try in 2 s', 'Now'],
    [{ is: 'lost', since: 9_000, next: null }, false, 'Connection lost. Trying now…', 'Now'],
    [{ is: 'paused' }, true, 'This page is paused and continues when you look at it.'],
    [{ is: 'ended', end: { ...end, why: 'restarted' } }, true, 'The server was restarted. This page is loaded again.'],
    [{ is: 'ended', end: { ...end, why: 'away' } }, true,
      'The connection was lost for 3 min, and the server no longer has this page. This page is loaded again.'],
    [{ is: 'ended', end: { ...end, why: 'refused' } }, true, 'The server refused to take this page back. This page is loaded again.'],
    [{ is: 'ended', end: { ...end, why: 'signed-out' } }, true, 'This browser is no longer signed in. This page is loaded again.'],
    [{ is: 'failed' }, true, 'The server had to give this page up after an error. Terminals keep running.', 'Load again'],
    [{ is: 'loaded-again', end: { ...end, why: 'restarted', keys: true } }, true,
      'The server was restarted. This page was loaded again. The keys typed last did not arrive.', 'Close'],
  ];
  for (const [state, typing, text, button] of said) {
    const says = sentence(state, 10_000, typing);
    assert.deepEqual([says?.text, says?.button], [text, button]);
  }
});

test('what is announced does not change with every second', () => {
  const spoken = (now: number) => sentence({ is: 'silent', since: 0 }, now, true)?.spoken;
  assert.equal(spoken(3_000), spoken(9_000));
});

test('keys without an answer are said after two seconds, until it comes', async context => {
  const page = new Page(context);
  page.alive = false;
  page.type();
  await page.passes(context, 1_700);
  assert.equal(page.text, undefined);
  await page.passes(context, 800);
  assert.equal(page.text, 'No answer for 2 s, keys are kept');
  await page.passes(context, 1_000);
  assert.equal(page.text, 'No answer for 3 s, keys are kept');
  page.revive();
  await page.passes(context, 300);
  assert.equal(page.text, undefined);
  assert.equal(page.drops, 0);
});

test('a terminal that takes no keys is not taken for a silent server', async context => {
  const page = new Page(context);
  void page.pulse.ask(new Promise(() => {}));
  await page.passes(context, 20_000);
  assert.equal(page.text, undefined);
  assert.equal(page.drops, 0);
  assert.ok(page.pings >= 15 && page.pings <= 21, `${page.pings}`);
});

test('a page at rest asks seldom, and one that is not seen not at all', async context => {
  const page = new Page(context);
  await page.passes(context, 60_000);
  assert.ok(page.pings >= 6 && page.pings <= 12, `${page.pings}`);
  page.hidden = true;
  await page.passes(context, 10_000);
  const before = page.pings;
  await page.passes(context, 60_000);
  assert.equal(page.pings, before);
});

test('a page that is woken takes its socket for dead after a second without a sign of life', async context => {
  for (const wakes of ['visibilitychange', 'online', 'pageshow', 'resume']) {
    context.mock.timers.reset();
    context.mock.restoreAll();
    const page = new Page(context);
    page.hidden = true;
    await page.passes(context, 60_000);
    page.hidden = false;
    page.alive = false;
    page.listeners[wakes]?.({ persisted: true });
    await page.passes(context, 900);
    assert.deepEqual([page.pings > 0, page.drops], [true, 0], wakes);
    await page.passes(context, 400);
    assert.equal(page.drops, 1, wakes);
  }
});

test('a page that is woken keeps a socket that answers', async context => {
  const page = new Page(context);
  page.hidden = true;
  await page.passes(context, 60_000);
  page.hidden = false;
  page.listeners.visibilitychange?.({});
  await page.passes(context, 3_000);
  assert.deepEqual([page.pings, page.drops, page.text], [1, 0, undefined]);
});

test('a socket that has been still for ten seconds is given up', async context => {
  const page = new Page(context);
  page.alive = false;
  page.type();
  await page.passes(context, 9_800);
  assert.equal(page.drops, 0);
  await page.passes(context, 600);
  assert.equal(page.drops, 1);
});

test('a cut that is mended at once is not said', async context => {
  const page = new Page(context);
  page.connection.onConnectionDown({});
  await settled();
  assert.deepEqual([page.attempts, page.text], [1, undefined]);
  await page.passes(context, 5_000);
  assert.deepEqual([page.attempts, page.text, page.reloads], [1, undefined, 0]);
});

test('a lost connection is said with the time of the next attempt, and Now makes one at once', async context => {
  const page = new Page(context);
  page.finds = 'no server';
  page.statuses = [0];
  page.connection.onConnectionDown({});
  await page.passes(context, 10_500);
  assert.match(page.text ?? '', /^Connection lost\. Next try in [123] s$/);
  assert.equal(page.shown?.button, 'Now');
  const before = page.attempts;
  page.connection.press();
  await settled();
  assert.equal(page.attempts, before + 1);
  page.finds = 'page';
  page.connection.press();
  await page.passes(context, 300);
  assert.deepEqual([page.attempts, page.text], [before + 2, undefined]);
});

test('an attempt that nothing comes of is given up after ten seconds, or by Now', async context => {
  const page = new Page(context);
  page.finds = 'silence';
  page.connection.onConnectionDown({});
  await page.passes(context, 9_900);
  assert.deepEqual([page.attempts, page.drops, page.text], [1, 0, 'Connection lost. Trying now…']);
  await page.passes(context, 1_000);
  assert.deepEqual([page.attempts, page.drops], [2, 1]);
  page.connection.press();
  await settled();
  assert.deepEqual([page.attempts, page.drops], [3, 2]);
  assert.deepEqual(page.reloads, 0);
});

test('a page that is woken without a connection tries at once', async context => {
  const page = new Page(context);
  page.finds = 'no server';
  page.connection.onConnectionDown({});
  await page.passes(context, 20_000);
  const before = page.attempts;
  page.finds = 'page';
  page.listeners.online?.({});
  await settled();
  assert.deepEqual([page.attempts, page.text], [before + 1, undefined]);
});

test('a page whose browser was signed out elsewhere is loaded again, and one whose server is troubled is not', async context => {
  for (const [status, reloads] of [[401, 1], [200, 0], [503, 0], [0, 0]] as const) {
    context.mock.timers.reset();
    context.mock.restoreAll();
    const page = new Page(context);
    page.statuses = [status];
    page.finds = 'no server';
    page.connection.onConnectionDown({});
    await settled();
    assert.deepEqual([page.asked, page.reloads], [['http://coda/terminals/term-0'], reloads], `${status}`);
    assert.equal(page.storage.size, 0);
  }
});

test('a page that the server has forgotten says why, and says it again when it is loaded', async context => {
  const cases = [['first', 0, /^The server refused/], ['first', 200_000, /^The connection was lost for 3 min,/],
    ['second', 200_000, /^The server was restarted\./]] as const;
  for (const [server, away, why] of cases) {
    context.mock.timers.reset();
    context.mock.restoreAll();
    const page = new Page(context);
    page.server = server;
    page.finds = away > 0 ? 'no server' : 'nothing';
    page.connection.onConnectionDown({});
    await page.passes(context, away);
    page.finds = 'nothing';
    page.listeners.online?.({});
    await settled();
    assert.match(page.text ?? '', why);
    assert.equal(page.reloads, 1);
    page.load();
    assert.match(page.text ?? '', why);
    assert.match(page.text ?? '', /This page was loaded again\.$/);
    page.connection.press();
    assert.equal(page.text, undefined);
    page.load();
    assert.equal(page.text, undefined);
  }
});

test('keys that were lost with the page are said after it is loaded again', async context => {
  const page = new Page(context);
  page.alive = false;
  page.type();
  page.finds = 'nothing';
  page.connection.onConnectionDown({});
  await settled();
  page.alive = true;
  page.load();
  assert.match(page.text ?? '', /The keys typed last did not arrive\.$/);
  await page.passes(context, 16_000);
  assert.equal(page.text, undefined);
});

test('a forgotten page asks ever less often and is loaded again once, when the server is well', async context => {
  const page = new Page(context);
  page.statuses = [0, 503, 0, 0, 0, 0, 0, 0, 0, 200];
  page.finds = 'nothing';
  page.connection.onConnectionDown({});
  await settled();
  assert.equal(page.text, 'The server does not have this page. It is loaded again when the server answers.');
  await page.passes(context, 20_000);
  assert.deepEqual([page.reloads, page.asked.length < 10], [0, true]);
  page.body = 'starting';
  await page.passes(context, 20_000);
  assert.equal(page.reloads, 0);
  page.body = 'healthy';
  await page.passes(context, 60_000);
  assert.equal(page.reloads, 1);
  assert.ok(page.asked.every(url => url === 'health'));
});

test('a connection without a circuit leads to the reload and not to a frozen page', async context => {
  const page = new Page(context);
  page.connection.onConnectionUp = () => {}; // Blazor says true and no more
  page.connection.onConnectionDown({});
  await settled();
  assert.deepEqual([page.attempts, page.reloads], [1, 1]);
});

test('a page that is paused continues when it is seen', async context => {
  const page = new Page(context);
  page.hidden = true;
  page.connection.onConnectionDown({}, undefined, true);
  page.connection.onConnectionDown({});
  await page.passes(context, 60_000);
  assert.deepEqual([page.attempts, page.text], [0, 'This page is paused and continues when you look at it.']);
  page.hidden = false;
  page.listeners.visibilitychange?.({});
  await settled();
  assert.deepEqual([page.attempts, page.text, page.reloads], [1, undefined, 0]);
  page.connection.onConnectionDown({}, undefined, true);
  await settled();
  assert.deepEqual([page.attempts, page.text], [2, undefined]);
});

test('a page whose circuit failed is loaded again when its user says so', async context => {
  const page = new Page(context);
  page.connection.onFailure();
  await page.passes(context, 60_000);
  assert.deepEqual([page.reloads, page.drops, page.shown?.button], [0, 0, 'Load again']);
  page.connection.press();
  assert.equal(page.reloads, 1);
});

test('a page that is being left is not loaded again, until it turns out that it stayed', async context => {
  const page = new Page(context);
  page.statuses = [401];
  page.finds = 'no server';
  page.listeners.beforeunload?.({});
  page.connection.onConnectionDown({});
  await page.passes(context, 9_000);
  assert.deepEqual([page.asked.length > 0, page.reloads], [true, 0]);
  await page.passes(context, 6_000);
  assert.ok(page.reloads > 0);
});

import type { circuit as pageCircuit, Reconnection } from './circuit';
import { sentence, type End, type Sentence, type State } from './connection-words';
import type { Pulse } from './pulse';

/** After so long without an answer it is said. */
const SILENT_MS = 2_000;
/** A key is its own question for so long; then the circuit itself is asked. */
const ASK_MS = 1_000;
/** How long a page that was asleep waits for the first sign of life. */
const WOKEN_MS = 1_000;
/** A socket over which nothing came for so long, though there was a question, is dead. */
const DEAD_MS = 10_000;
/** How often a page that is seen asks when nothing else does. */
const REST_MS = 5_000;
const BEAT_MS = 250;
/** How long one attempt may take. */
const ATTEMPT_MS = 10_000;
/** Shorter absences are no reason for the server to have forgotten a page. */
const AWAY_MS = 10_000;
const FETCH_MS = 5_000;
/** How long a page that is being left is not loaded again: what it asked for, such as signing out, is on its way. */
const LEAVING_MS = 10_000;
const NOTICE_MS = 15_000;
const NOTICE_KEY = 'coda-loaded-again';

/** How long to wait before an attempt: none after a cut, 3 s while there is hope, and less often after some minutes. */
const pause = (tries: number) => (tries === 0 ? 0 : tries > 40 ? 10_000 : Math.min(500 * 2 ** (tries - 1), 3_000));

/** Where sentences are shown. */
export interface Line {
  show(sentence: Sentence | null): void;
}

/**
 * Watches over a page's connection: says when the server is silent, makes another connection when the present one is lost or dead, and
 * loads the page again when the server no longer has it.
 */
export class Connection implements Reconnection {
  private state: State = { is: 'up' };
  private opened = false;
  private regaining = false;
  private pinging = false;
  private wokenAt = Infinity;
  private lostAt = 0;
  private leftAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends the pause before the next attempt. */
  private hurry: () => void = () => {};
  private hurried = false;
  private triedAt = 0;
  private asking = false;

  constructor(
    private readonly circuit: Pick<typeof pageCircuit, 'regain' | 'ping' | 'drop' | 'closed'>,
    private readonly pulse: Pulse,
    private readonly line: Line,
    private readonly server: string,
  ) {
    pulse.begun = () => this.beatWithin(SILENT_MS / 4);
    addEventListener('beforeunload', () => (this.leftAt = performance.now()));
    document.addEventListener('visibilitychange', () => this.woken());
    document.addEventListener('resume', () => this.woken());
    addEventListener('pageshow', event => event.persisted && this.woken());
    addEventListener('online', () => this.woken());
    this.noticeEarlierEnd();
  }

  /** There is a circuit. */
  onCircuitOpened(): void {
    this.opened = true;
    this.pulse.reset();
    this.beatWithin(REST_MS);
  }

  onConnectionUp(): void {
    this.opened = true;
    this.pulse.reset();
    this.become({ is: 'up' });
  }

  onConnectionDown(_options: unknown, _error?: Error, paused?: boolean): void {
    if (this.regaining) return;
    this.lostAt = Date.now();
    this.pulse.reset();
    if (paused) void this.resumeWhenSeen();
    else void this.regain();
  }

  /** The server ended the circuit. */
  onFailure(): void {
    this.become({ is: 'failed' });
  }

  /** The button of the sentence. */
  press(): void {
    switch (this.state.is) {
      case 'lost':
        this.tryNow();
        break;
      case 'failed':
        location.reload();
        break;
      case 'loaded-again':
        this.become({ is: 'up' });
        break;
    }
  }

  /** The page was asleep, or the network is back: nothing is known of the socket. */
  private woken(): void {
    if (document.hidden) return;
    if (this.state.is === 'lost') {
      if (this.state.next !== null || performance.now() - this.triedAt > WOKEN_MS) this.tryNow();
    } else if (this.state.is === 'paused') {
      this.hurry();
    } else if (this.opened && this.live) {
      this.wokenAt = performance.now();
      this.ping();
      this.beatWithin(BEAT_MS);
    }
  }

  private get live(): boolean {
    return this.state.is === 'up' || this.state.is === 'silent' || this.state.is === 'loaded-again';
  }

  private ping(): void {
    if (this.pinging) return;
    this.pinging = true;
    const answered = () => (this.pinging = false);
    try {
      this.pulse.ask(this.circuit.ping()).then(answered, answered);
    } catch {
      answered(); // Blazor is not there yet.
    }
  }

  private beatWithin(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.beat(), ms);
  }

  private beat(): void {
    if (this.live && this.opened) this.listen();
    this.show();
    if (this.pulse.waits || this.state.is === 'lost') this.beatWithin(BEAT_MS);
    else if (!document.hidden) this.beatWithin(REST_MS);
  }

  /** Looks whether the server answers. */
  private listen(): void {
    const now = performance.now();
    const { silence, stillness } = this.pulse;
    if (!this.pulse.waits) {
      this.wokenAt = Infinity;
      if (this.state.is === 'silent') this.state = { is: 'up' };
      if (!document.hidden && stillness >= REST_MS) this.ping();
      return;
    }
    if (silence >= ASK_MS) this.ping();
    if (stillness >= WOKEN_MS && now - this.wokenAt >= WOKEN_MS) {
      this.circuit.drop();
    } else if (silence >= DEAD_MS && stillness >= DEAD_MS) {
      this.circuit.drop();
    } else if (silence >= SILENT_MS) {
      this.state = { is: 'silent', since: now - silence };
    } else if (this.state.is === 'silent') {
      this.state = { is: 'up' };
    }
  }

  private become(state: State): void {
    this.state = state;
    this.show();
    this.beatWithin(BEAT_MS);
  }

  private show(): void {
    this.line.show(sentence(this.state, performance.now(), this.pulse.typists.size > 0));
  }

  private async resumeWhenSeen(): Promise<void> {
    this.regaining = true; // what Blazor says of the connection meanwhile is no news
    this.become({ is: 'paused' });
    // The pause itself is never answered where the network is gone.
    const limit = setTimeout(() => this.circuit.drop(), FETCH_MS);
    await this.circuit.closed();
    clearTimeout(limit);
    if (document.hidden) await new Promise<void>(resolve => (this.hurry = resolve));
    this.regaining = false;
    await this.regain();
  }

  private async regain(): Promise<void> {
    this.regaining = true;
    this.pinging = false;
    this.wokenAt = Infinity;
    const since = performance.now();
    for (let tries = 0; ; tries++) {
      const wait = this.hurried ? 0 : pause(tries);
      this.hurried = false;
      if (wait > 0) {
        this.become({ is: 'lost', since, next: performance.now() + wait });
        await this.waiting(wait);
      }
      this.become({ is: 'lost', since, next: null });
      const known = await this.attempt();
      if (known !== null) {
        this.regaining = false;
        if (!known) await this.end();
        return;
      }
      void this.leaveWhenSignedOut();
    }
  }

  private waiting(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private tryNow(): void {
    this.hurried = true;
    if (this.state.is === 'lost' && this.state.next === null) this.circuit.drop();
    else this.hurry();
  }

  /** Whether the server has this page; null = it is out of reach. */
  private async attempt(): Promise<boolean | null> {
    this.triedAt = performance.now();
    this.hurried = false;
    const limit = setTimeout(() => this.circuit.drop(), ATTEMPT_MS);
    try {
      // Blazor takes a connection that is there for one that has a circuit; only onConnectionUp says so.
      return (await this.circuit.regain()) && this.live;
    } catch {
      return null;
    } finally {
      clearTimeout(limit);
    }
  }

  /** The server does not have this page: says why as soon as the server says it, and loads the page again. */
  private async end(): Promise<void> {
    const ms = Date.now() - this.lostAt;
    this.become({ is: 'unknown-here' });
    for (let wait = 500; ; wait = Math.min(wait * 1.5, 5_000)) {
      const health = await ask('health');
      if (health?.status === 200 && (await health.text()) !== 'starting') {
        const server = health.headers.get('Coda-Instance');
        const why = server !== null && server !== this.server ? 'restarted' : ms >= AWAY_MS ? 'away' : 'refused';
        if (this.loadAgain({ why, ms, keys: this.pulse.holdsKeys })) return;
      }
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }

  /** Another tab has signed this browser out: loaded again, the page says how to come in. */
  private async leaveWhenSignedOut(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const page = await ask(location.href);
    this.asking = false;
    if (page?.status === 401) this.loadAgain({ why: 'signed-out', ms: 0, keys: this.pulse.holdsKeys });
  }

  /** Loads the page again, unless it is being left; whether it did. */
  private loadAgain(end: End): boolean {
    if (performance.now() - this.leftAt < LEAVING_MS) return false;
    this.become({ is: 'ended', end });
    try {
      // Who was signed out gets another page, which says so itself.
      if (end.why !== 'signed-out') sessionStorage.setItem(NOTICE_KEY, JSON.stringify(end));
    } catch {
      // Then only the page before has said it.
    }
    location.reload();
    return true;
  }

  /** What the page before this one could say for a moment only. */
  private noticeEarlierEnd(): void {
    try {
      const end = sessionStorage.getItem(NOTICE_KEY);
      sessionStorage.removeItem(NOTICE_KEY);
      if (end === null) return;
      this.become({ is: 'loaded-again', end: JSON.parse(end) as End });
      setTimeout(() => {
        if (this.state.is === 'loaded-again') this.become({ is: 'up' });
      }, NOTICE_MS);
    } catch {
      // No storage, nothing to say.
    }
  }
}

async function ask(url: string): Promise<Response | null> {
  try {
    return await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(FETCH_MS) });
  } catch {
    return null; // out of reach
  }
}

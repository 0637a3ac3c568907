import { RangedFile, RecordingGone } from './ranges';
import type { Screen } from './screen';
import { StreamText } from './stream-text';
import { TimingReader } from './timing';
import { notKept, recordingFull } from './words';

const flushAt = 256 << 10;
const pollEvery = 500;
const longestTick = 1;
const idleAfter = 1;
const idleLeftOver = 0.4;
const retryAfter = 1_000;
const mostRebuilds = 3;

/**
 * Plays a recording's own bytes at their own times. What is shown at a time is what a fresh terminal shows
 * that was fed everything up to it; so going back starts over, and going forward feeds the bytes between.
 */
export class Playback {
  readonly timing = new TimingReader();
  position = 0;
  playing = false;
  following = false;
  speed = 1;
  skipsIdle = false;
  /** Stream offset up to which output was fed, gaps included. */
  offset = 0;
  /** Why it is paused; empty while it is not. */
  trouble = '';
  private readonly text = new StreamText();
  /** Bytes of the file that were fed: what was not kept is not in it. */
  private fed = 0;
  private rebuilt = 0;
  private readonly output: RangedFile;
  private readonly timingFile: RangedFile;
  private header = 0;
  private timingRead = 0;
  private next = 0;
  private wanted: number | null = null;
  private disposed = false;

  constructor(private readonly url: string, private readonly screen: Screen, private readonly changed: () => void) {
    this.output = new RangedFile(`${url}/output`);
    this.timingFile = new RangedFile(`${url}/timing`);
  }

  /** Loads the timing; then either follows the end or plays from the start. */
  async start(follow: boolean): Promise<void> {
    const first = await this.output.read(0, 4096);
    this.header = first.indexOf(10) + 1;
    await this.loadTiming();
    this.restart();
    this.following = follow && !this.timing.ended;
    this.playing = !this.following;
    if (this.following) this.wanted = this.timing.duration;
    this.changed();
    void this.run();
    void this.poll();
  }

  /** Goes to a time; reaching the end of what runs still is following it. */
  seek(to: number): void {
    this.following = false;
    this.wanted = Math.min(Math.max(0, to), this.timing.duration);
    this.changed();
  }

  /** Where it is, or will be once it has got there. */
  get target(): number {
    return this.wanted ?? this.position;
  }

  /** Whether it is on its way to another time. */
  get seeking(): boolean {
    return this.wanted !== null;
  }

  toggle(): void {
    if (this.following) {
      this.following = this.playing = false;
    } else {
      if (!this.playing && this.position >= this.timing.duration && this.timing.ended) this.wanted = 0;
      this.playing = !this.playing;
    }
    this.changed();
  }

  follow(): void {
    this.following = true;
    this.wanted = this.timing.duration;
    this.changed();
  }

  dispose(): void {
    this.disposed = true;
  }

  private async run(): Promise<void> {
    let last = performance.now();
    while (!this.disposed) {
      await frame();
      const now = performance.now();
      const elapsed = Math.min((now - last) / 1000, longestTick);
      last = now;
      try {
        if (this.wanted !== null) await this.jump(this.wanted);
        else if (this.playing) await this.advance(elapsed * this.speed);
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** A recording that is gone stays as it is shown; when xterm threw, a fresh one is fed again up to the same time. */
  private async recover(error: unknown): Promise<void> {
    const gone = error instanceof RecordingGone;
    const target = this.target;
    this.say(gone ? error.message : `This output cannot be shown: ${error instanceof Error ? error.message : error}`);
    if (gone || ++this.rebuilt > mostRebuilds) {
      this.playing = this.following = false;
      this.wanted = null;
      this.changed();
      return;
    }
    this.screen.rebuild();
    this.restart();
    this.wanted = target;
  }

  /** Reads from the output; a connection that is lost is waited for. */
  private async read(offset: number, length: number): Promise<Uint8Array> {
    while (!this.disposed) {
      try {
        const bytes = await this.output.read(offset, length);
        this.say('');
        return bytes;
      } catch (error) {
        if (error instanceof RecordingGone && error.isFinal) throw error;
        this.say('The recording cannot be read at the moment; trying again…');
        await new Promise(resolve => setTimeout(resolve, retryAfter));
      }
    }
    return new Uint8Array(0);
  }

  private say(trouble: string): void {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.changed();
  }

  private async jump(to: number): Promise<void> {
    if (to < this.position) this.restart();
    const reached = await this.feed(to, () => this.wanted === to);
    if (!reached) return;
    this.position = to;
    this.wanted = null;
    this.changed();
  }

  private async advance(by: number): Promise<void> {
    let to = this.position + by;
    const next = this.timing.moments[this.next];
    if (this.skipsIdle && next && next.at - this.position > idleAfter) to = Math.max(to, next.at - idleLeftOver);
    to = Math.min(to, this.timing.duration);
    if (await this.feed(to, () => this.wanted === null)) this.position = to;
    if (to >= this.timing.duration && this.wanted === null) {
      this.playing = false;
      this.following = !this.timing.ended;
    }
    this.changed();
  }

  private restart(): void {
    this.next = this.offset = this.fed = this.position = 0;
    this.text.end();
    this.screen.resizeInOrder(this.timing, () => {
      this.screen.terminal.reset();
      this.screen.fitFont(true);
    });
  }

  /** Applies every moment up to a time; false when it was told to stop on the way. */
  private async feed(to: number, goOn: () => boolean): Promise<boolean> {
    const { moments } = this.timing;
    while (!this.disposed) {
      const moment = moments[this.next];
      if (!moment || moment.at > to) return true;
      this.next++;
      if (moment.kind === 'output') {
        let length = moment.length;
        for (let more = moments[this.next]; length < flushAt && more?.kind === 'output' && more.at <= to; more = moments[this.next]) {
          length += more.length;
          this.next++;
        }
        await this.write(length);
        if (!goOn()) return false;
      } else if (moment.kind === 'resize') {
        this.screen.resizeInOrder(moment, () => this.screen.fitFont(true));
      } else if (moment.kind === 'gap') {
        this.offset += moment.length;
        this.screen.write(this.text.end() + notKept(moment.length));
      } else if (moment.kind === 'capped') {
        this.screen.write(this.text.end() + recordingFull);
      }
    }
    return false;
  }

  private async write(length: number): Promise<void> {
    const end = this.fed + length;
    while (this.fed < end) {
      const bytes = await this.read(this.header + this.fed, end - this.fed);
      if (bytes.length === 0) break;
      this.screen.write(this.text.next(bytes));
      await this.screen.parsed();
      this.fed += bytes.length;
      this.offset += bytes.length;
    }
    // Timing that promises more than the file holds: a torn recording.
    this.offset += end - this.fed;
    this.fed = end;
  }

  private async poll(): Promise<void> {
    while (!this.disposed && !this.timing.ended) {
      await new Promise(resolve => setTimeout(resolve, document.hidden ? pollEvery * 4 : pollEvery));
      const before = this.timing.duration;
      try {
        await this.readTiming();
      } catch {
        // Offline, or the server restarts: the next round asks again.
        continue;
      }
      if (this.following && this.timing.duration !== before) this.wanted = this.timing.duration;
      if (this.timing.ended && this.following) this.following = false;
      this.changed();
    }
  }

  /** All the timing there is, at once: a range would come uncompressed, at fifteen times the size. */
  private async loadTiming(): Promise<void> {
    const response = await fetch(`${this.url}/timing`, { cache: 'no-store' });
    if (!response.ok) throw new RecordingGone(response.status);
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.timingRead = bytes.length;
    this.timing.push(bytes);
  }

  private async readTiming(): Promise<void> {
    for (let bytes: Uint8Array; (bytes = await this.timingFile.read(this.timingRead, 1 << 20)).length > 0; ) {
      this.timingRead += bytes.length;
      this.timing.push(bytes);
    }
  }
}

/** The next picture, or a moment in a page that shows none. */
function frame(): Promise<unknown> {
  return new Promise(resolve => (document.hidden ? setTimeout(resolve, 250) : requestAnimationFrame(resolve)));
}

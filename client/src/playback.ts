import { loadKeyframe, loadOverview, type Keyframe, type Overview } from './overview';
import { RangedFile, RecordingGone } from './ranges';
import type { Cells, Screen } from './screen';
import { StreamText } from './stream-text';
import { TimingCursor, TimingReader, type Marker } from './timing';
import { unpack } from './unpack';
import { notKept, recordingFull } from './words';

/** Parsed at once: in pieces it takes longer, since xterm paints between them. */
const flushAt = 1 << 20;
/** Behind bytes that were not kept, a keyframe that mends the picture comes within so much output. */
const mendWithin = 256 << 10;
/** So much more output is shown sooner than a keyframe. */
const nearby = 192 << 10;
/** More than this on the way to a time, and there should be a newer keyframe. */
const farAway = 2 << 20;
const pieceOfTiming = 64 << 10;
const pollEvery = 500;
const refreshEvery = 2_000;
const longestTick = 1;
const idleAfter = 1;
const idleLeftOver = 0.4;
const retryAfter = 1_000;
/** A terminal that knows nothing: RIS leaves new-line mode, a hidden cursor and colours. */
const fresh = '\x18\x1bc\x1b[20l\x1b[?25h\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\';
const mostRebuilds = 3;

/**
 * Plays a recording's own bytes at their own times. What is shown at a time is what a fresh terminal shows that was fed everything up to
 * it. To go back, and far forward, it begins at the nearest keyframe before that time, if there is one; else bytes are fed.
 */
export class Playback {
  position = 0;
  playing = false;
  following = false;
  speed = 1;
  skipsIdle = false;
  /** Stream offset up to which output was fed, gaps included. */
  offset = 0;
  /** Why it is paused; empty while it is not. */
  trouble = '';
  /** Named moments, in order. */
  markers: readonly Marker[] = [];
  private overview!: Overview;
  /** What has come since the overview, of a recording that runs. */
  private tail!: TimingReader;
  private tailMarkers = 0;
  /** How far timing and output go, as far as is known. */
  private timingEnd = 0;
  private outputEnd = 0;
  private readonly text = new StreamText();
  private cursor!: TimingCursor;
  /** Place in the file of the output up to which was fed. */
  private fed = 0;
  /** Bytes that were not kept have made the picture doubtful; a keyframe mends it. */
  private torn = false;
  /** Bytes given to xterm since it was waited for. */
  private unparsed = 0;
  private shape = '';
  private readonly unusable = new Set<number>();
  private refreshedAt = 0;
  private rebuilt = 0;
  private readonly output: RangedFile;
  private readonly timing: RangedFile;
  private wanted: number | null = null;
  /** Something is wanted before the next picture. */
  private wake = () => {};
  private disposed = false;

  constructor(private readonly url: string, private readonly screen: Screen, private readonly changed: () => void) {
    this.output = new RangedFile(`${url}/output`);
    this.timing = new RangedFile(`${url}/timing`);
  }

  /** Seconds from the start to the newest that is known. */
  get duration(): number {
    return this.tail.duration;
  }

  /** Whether nothing follows. */
  get ended(): boolean {
    return this.overview.ended || this.tail.ended;
  }

  /** The longest times without output, from and to. */
  get idle(): readonly [number, number][] {
    return this.overview.idle;
  }

  /** Loads what the bar shows; then either follows the end or plays from the start. */
  async start(follow: boolean): Promise<void> {
    await this.refresh();
    await this.begin();
    this.following = follow && !this.ended;
    this.playing = !this.following;
    if (this.following) this.wanted = this.duration;
    this.changed();
    void this.run();
    void this.poll();
  }

  /** Goes to a time; reaching the end of what runs still is following it. */
  seek(to: number): void {
    this.following = false;
    this.wanted = Math.min(Math.max(0, to), this.duration);
    this.wake();
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
      if (!this.playing && this.position >= this.duration && this.ended) this.wanted = 0;
      this.playing = !this.playing;
    }
    this.changed();
  }

  follow(): void {
    this.following = true;
    this.wanted = this.duration;
    this.changed();
  }

  dispose(): void {
    this.disposed = true;
  }

  private async run(): Promise<void> {
    let last = performance.now();
    while (!this.disposed) {
      await Promise.race([frame(), new Promise<void>(resolve => (this.wake = resolve))]);
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
    this.shape = '';
    await this.begin();
    this.wanted = target;
  }

  /** Reads something; a connection that is lost is waited for. */
  private async persist<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    while (!this.disposed) {
      try {
        const result = await read();
        this.say('');
        return result;
      } catch (error) {
        if (error instanceof RecordingGone && error.isFinal) throw error;
        this.say('The recording cannot be read at the moment; trying again…');
        await new Promise(resolve => setTimeout(resolve, retryAfter));
      }
    }
    return otherwise;
  }

  private say(trouble: string): void {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.changed();
  }

  private async jump(to: number): Promise<void> {
    const goOn = () => this.wanted === to;
    this.screen.conceal();
    try {
      await this.approach(to);
      const length = await this.cursor.lengthUntil(to, farAway);
      await this.persist(() => this.output.load(this.fed, length), undefined);
      if (!goOn() || !await this.feed(to, goOn)) return;
      this.position = to;
    } finally {
      this.screen.reveal();
    }
    await this.parsed();
    if (goOn()) this.wanted = null;
    this.changed();
  }

  private async advance(by: number): Promise<void> {
    let to = this.position + by;
    const next = this.cursor.next ?? await this.cursor.load();
    if (this.skipsIdle && next && next.at - this.position > idleAfter) to = Math.max(to, next.at - idleLeftOver);
    to = Math.min(to, this.duration);
    const isThere = await this.feed(to, () => this.wanted === null);
    if (this.unparsed > 0) await this.parsed();
    if (isThere) this.position = to;
    if (to >= this.duration && this.wanted === null) {
      this.playing = false;
      this.following = !this.ended;
    }
    this.changed();
  }

  /** Comes as near to a time as a keyframe brings it, unless feeding what is between is as good. */
  private async approach(to: number): Promise<void> {
    const newest = this.overview.keyframes.at(-1);
    const known = Math.max(this.fed, newest?.fileOffset ?? 0);
    if (this.overview.keyframesFollow && (!newest || to > newest.at) && this.outputEnd - known > farAway) await this.refreshSometimes();
    while (!this.disposed) {
      const keyframe = this.overview.keyframes.findLast(({ at, start }) => at <= to && !this.unusable.has(start));
      if (to >= this.position && (!keyframe || keyframe.fileOffset - this.fed <= nearby)) return;
      if (await this.begin(keyframe)) return;
    }
  }

  /** Begins at the start, or at a keyframe; false = it cannot be used. */
  private async begin(from?: Keyframe): Promise<boolean> {
    const loading = from && this.loadBehind(from);
    const picture = from ? await this.picture(from) : fresh;
    if (picture === undefined) return false;
    this.text.end();
    const size = from ?? this.overview;
    this.cursor = new TimingCursor(offset => this.readTiming(offset), from?.timingOffset, from?.at);
    this.fed = from?.fileOffset ?? this.overview.outputStart;
    this.offset = from?.offset ?? 0;
    this.position = from?.at ?? 0;
    this.torn = false;
    if (this.shape !== shapeOf(size)) {
      this.screen.write(fresh); // rows that are not there need not flow into another width
      this.resize(size);
    }
    if (this.seeking) this.screen.conceal();
    this.screen.write(picture);
    await loading; // which takes as long as to parse the picture
    return true;
  }

  /** What a keyframe shows; nothing = it is damaged, or its file was made again since. */
  private async picture(keyframe: Keyframe): Promise<string | undefined> {
    try {
      return await unpack(await this.persist(() => loadKeyframe(this.url, keyframe), new Uint8Array(0)));
    } catch {
      this.unusable.add(keyframe.start);
      await this.refreshSometimes();
      return undefined;
    }
  }

  /** What is between a keyframe and the next: the timing, which says how much of the output is needed. */
  private async loadBehind(keyframe: Keyframe): Promise<void> {
    const { fileOffset, timingOffset } = keyframe;
    const next = this.overview.keyframes[this.overview.keyframes.indexOf(keyframe) + 1];
    const end = next ?? { fileOffset: this.outputEnd, timingOffset: this.timingEnd };
    await Promise.all([
      this.persist(() => this.timing.load(timingOffset, end.timingOffset - timingOffset), undefined),
      this.output.isQuick && this.persist(() => this.output.load(fileOffset, Math.min(end.fileOffset - fileOffset, farAway)), undefined),
    ]);
  }

  /** Applies every moment up to a time; false when it was told to stop on the way. */
  private async feed(to: number, goOn: () => boolean): Promise<boolean> {
    while (!this.disposed) {
      const moment = this.cursor.next ?? await this.cursor.load();
      if (!moment || moment.at > to) return true;
      this.cursor.take();
      if (moment.kind === 'output') {
        let length = moment.length;
        const most = this.torn ? 0 : flushAt;
        for (let more = this.cursor.next; length < most && more?.kind === 'output' && more.at <= to; more = this.cursor.next) {
          length += more.length;
          this.cursor.take();
        }
        await this.write(length);
        if (this.torn) await this.mend();
        if (!goOn()) return false;
      } else if (moment.kind === 'resize') {
        this.resize(moment);
      } else if (moment.kind === 'gap') {
        this.offset += moment.length;
        this.torn = true;
        this.screen.write(this.text.end() + notKept(moment.length));
        await this.mend(); // what was lost may be the end
      } else if (moment.kind === 'capped') {
        this.screen.write(this.text.end() + recordingFull);
      }
    }
    return false;
  }

  private parsed(): Promise<void> {
    this.unparsed = 0;
    return this.screen.parsed();
  }

  private resize(size: Cells): void {
    this.shape = shapeOf(size);
    this.screen.resizeInOrder(size, () => this.screen.fitFont(true));
  }

  private async write(length: number): Promise<void> {
    const end = this.fed + length;
    let text = '';
    try {
      while (this.fed < end) {
        const bytes = await this.persist(() => this.output.read(this.fed, end - this.fed), new Uint8Array(0));
        if (bytes.length === 0) break;
        text += this.text.next(bytes);
        this.fed += bytes.length;
        this.offset += bytes.length;
        this.unparsed += bytes.length;
        if (this.unparsed >= flushAt) {
          this.screen.write(text);
          text = '';
          await this.parsed();
        }
      }
    } finally {
      this.screen.write(text);
    }
    // Timing that promises more than the file holds: a torn recording.
    this.offset += end - this.fed;
    this.fed = end;
  }

  /** Behind bytes that were not kept, shows what was there: the terminal has left a keyframe soon after. */
  private async mend(): Promise<void> {
    const keyframe = this.overview.keyframes.find(({ offset, fileOffset }) => offset >= this.offset && fileOffset >= this.fed);
    if (!keyframe || keyframe.fileOffset - this.fed > mendWithin) this.torn = false;
    if (keyframe?.fileOffset !== this.fed || this.unusable.has(keyframe.start)) return;
    this.torn = false;
    const picture = await this.picture(keyframe);
    if (picture !== undefined) this.screen.write(this.text.end() + picture);
  }

  private async poll(): Promise<void> {
    while (!this.disposed && (!this.ended || this.overview.keyframesFollow)) {
      await new Promise(resolve => setTimeout(resolve, document.hidden ? pollEvery * 4 : pollEvery));
      const before = this.duration;
      try {
        if (this.ended) await this.refreshSometimes();
        else await this.readTail();
      } catch {
        // Offline, or the server restarts: the next round asks again.
        continue;
      }
      if (this.following && this.duration !== before) this.wanted = this.duration;
      if (this.ended && this.following) this.following = false;
      this.changed();
    }
  }

  private async refreshSometimes(): Promise<void> {
    if (performance.now() - this.refreshedAt >= refreshEvery) await this.persist(() => this.refresh(), undefined);
  }

  private async refresh(): Promise<void> {
    this.overview = await loadOverview(this.url);
    this.refreshedAt = performance.now();
    this.tail = new TimingReader(this.overview.duration);
    this.tailMarkers = 0;
    this.markers = this.overview.markers;
    this.timingEnd = this.overview.timingEnd;
    this.outputEnd = this.overview.outputEnd;
  }

  private async readTail(): Promise<void> {
    for (let bytes: Uint8Array; (bytes = await this.timing.read(this.timingEnd, pieceOfTiming)).length > 0;) {
      this.timingEnd += bytes.length;
      this.tail.push(bytes);
      for (const moment of this.tail.moments.splice(0)) if (moment.kind === 'output') this.outputEnd += moment.length;
    }
    if (this.tail.markers.length === this.tailMarkers) return;
    this.tailMarkers = this.tail.markers.length;
    this.markers = [...this.overview.markers, ...this.tail.markers];
  }

  private async readTiming(offset: number): Promise<Uint8Array> {
    const nothing = new Uint8Array(0);
    const length = Math.min(pieceOfTiming, this.timingEnd - offset);
    return length > 0 ? this.persist(() => this.timing.read(offset, length), nothing) : nothing;
  }
}

function shapeOf({ columns, rows }: Cells): string {
  return `${columns} ${rows}`;
}

/** The next picture, or a moment in a page that shows none. */
function frame(): Promise<unknown> {
  return new Promise(resolve => (document.hidden ? setTimeout(resolve, 250) : requestAnimationFrame(resolve)));
}

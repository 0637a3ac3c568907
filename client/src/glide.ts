/** Of the speed, what is left after a millisecond. */
const friction = 0.997;
/** Pixels a millisecond: slower than that stands still. */
const slowest = 0.03;
const remembers = 100;

/** Lets what a finger has moved glide on after it is lifted. */
export class Glide {
  private moves: { at: number; by: number }[] = [];
  private frame = 0;

  constructor(private readonly scroll: (pixels: number) => void) {}

  /** The finger moved by so many pixels, at a time in milliseconds. */
  follow(by: number, at: number): void {
    this.moves = [...this.moves.filter(move => at - move.at < remembers), { at, by }];
  }

  /** The finger was lifted. */
  release(at: number): void {
    let speed = speedOf(this.moves, at);
    this.moves = [];
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    let last = performance.now();
    const step = (now: number) => {
      const passed = Math.max(0, now - last);
      last = now;
      this.scroll(speed * passed);
      speed *= friction ** passed;
      if (Math.abs(speed) >= slowest) this.frame = requestAnimationFrame(step);
    };
    if (Math.abs(speed) >= slowest) this.frame = requestAnimationFrame(step);
  }

  stop(): void {
    this.moves = [];
    cancelAnimationFrame(this.frame);
  }
}

/** Pixels a millisecond at the end of a finger's moves; 0 = it rested before it was lifted. */
export function speedOf(moves: { at: number; by: number }[], at: number): number {
  const recent = moves.filter(move => at - move.at < remembers);
  const first = recent[0];
  if (!first || recent.length < 2) return 0;
  return recent.slice(1).reduce((sum, move) => sum + move.by, 0) / Math.max(1, recent.at(-1)!.at - first.at);
}

/** What holds typed keys until the server has them. */
export interface Typist {
  readonly holdsKeys: boolean;
}

/**
 * Whether the server answers: the questions that pages have put to it over the circuit's socket and that are still open. While the server
 * answers anything, one question that takes long is no silence.
 */
export class Pulse {
  private readonly open = new Map<object, number>();
  private answeredAt = -Infinity;
  private heardAt = -Infinity;
  readonly typists = new Set<Typist>();
  /** Called when a question is put while none is open. */
  begun: () => void = () => {};

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Follows a question until it is answered. */
  ask<T>(answer: Promise<T>): Promise<T> {
    const question = {};
    const first = this.open.size === 0;
    this.open.set(question, this.now());
    const settle = () => {
      // One of an earlier connection says nothing of this one.
      if (this.open.delete(question)) this.answeredAt = this.now();
    };
    answer.then(settle, settle);
    if (first) this.begun();
    return answer;
  }

  /** Bytes came. */
  heard(): void {
    this.heardAt = this.now();
  }

  /** Another connection: what was asked over the last one is never answered. */
  reset(): void {
    this.open.clear();
    this.answeredAt = this.heardAt = this.now();
  }

  /** Whether a question is open. */
  get waits(): boolean {
    return this.open.size > 0;
  }

  /** For how long there is a question and no answer, in ms; 0 = there is none. */
  get silence(): number {
    if (this.open.size === 0) return 0;
    const [oldest = 0] = this.open.values();
    return this.now() - Math.max(oldest, this.answeredAt);
  }

  /** For how long no byte came, in ms. */
  get stillness(): number {
    return this.now() - this.heardAt;
  }

  /** Whether keys would be lost with this page. */
  get holdsKeys(): boolean {
    return [...this.typists].some(typist => typist.holdsKeys);
  }
}

/** The page's. */
export const pulse = new Pulse();

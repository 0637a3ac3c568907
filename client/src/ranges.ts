/** A file on the server that may still grow, read by HTTP ranges in large pieces. */
export class RangedFile {
  private static readonly chunk = 1 << 20;
  private static readonly kept = 24;
  private readonly chunks = new Map<number, Uint8Array>();

  constructor(private readonly url: string) {}

  /** The bytes from `offset` on, at most a chunk; empty = nothing there (yet). */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const index = Math.floor(offset / RangedFile.chunk);
    const start = index * RangedFile.chunk;
    const within = offset - start;
    let chunk = this.chunks.get(index) ?? new Uint8Array(0);
    if (chunk.length < Math.min(within + length, RangedFile.chunk)) {
      chunk = join(chunk, await this.fetch(start + chunk.length, start + RangedFile.chunk - 1));
      this.keep(index, chunk);
    }
    return chunk.subarray(within, within + length);
  }

  private keep(index: number, chunk: Uint8Array): void {
    this.chunks.delete(index);
    this.chunks.set(index, chunk);
    const oldest = this.chunks.keys().next();
    if (this.chunks.size > RangedFile.kept && !oldest.done) this.chunks.delete(oldest.value);
  }

  private async fetch(first: number, last: number): Promise<Uint8Array> {
    // One known byte more than needed: at the end of a file that grows there is always something to answer, and no error to log.
    const overlap = first > 0 ? 1 : 0;
    const response = await fetch(this.url, { headers: { Range: `bytes=${first - overlap}-${last}` }, cache: 'no-store' });
    if (response.status === 416) return new Uint8Array(0);
    if (response.status !== 206) throw new RecordingGone(response.status);
    return new Uint8Array(await response.arrayBuffer()).subarray(overlap);
  }
}

/** The server has no such recording. */
export class RecordingGone extends Error {
  constructor(readonly status: number) {
    super(`The recording cannot be read (${status}).`);
  }

  /** Whether asking again is no use: removed, or not for this visitor. */
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

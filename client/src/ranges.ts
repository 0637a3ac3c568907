const chunkSize = 64 << 10;
const mostChunks = 256;
/** Bytes a millisecond at which it takes longer to ask than to get a megabyte. */
const quick = 20_000;

/** A file on the server that may still grow, read by HTTP ranges. What was read lately is kept, up to 16 MB. */
export class RangedFile {
  private readonly chunks = new Map<number, Uint8Array>();
  private speed = 0;

  constructor(private readonly url: string) {}

  /** The bytes from `offset` on, at most to the end of their chunk of 64 KB; empty = nothing there (yet). */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const index = Math.floor(offset / chunkSize);
    const start = index * chunkSize;
    const within = offset - start;
    let chunk = this.chunks.get(index) ?? new Uint8Array(0);
    if (chunk.length < Math.min(within + length, chunkSize)) {
      chunk = join(chunk, await this.fetch(start + chunk.length, start + chunkSize - 1));
      this.keep(index, chunk);
    }
    return chunk.subarray(within, within + length);
  }

  /** Whether the connection is so quick that it costs nothing to fetch more than is needed. */
  get isQuick(): boolean {
    return this.speed > quick;
  }

  /** Fetches what will be read soon, all at once. */
  async load(offset: number, length: number): Promise<void> {
    const last = Math.floor((offset + Math.min(length, mostChunks * chunkSize / 2) - 1) / chunkSize);
    let first = Math.floor(offset / chunkSize);
    while (first <= last && this.chunks.get(first)?.length === chunkSize) first++;
    if (first > last) return;
    const asked = performance.now();
    const bytes = await this.fetch(first * chunkSize, (last + 1) * chunkSize - 1);
    this.speed = bytes.length / Math.max(1, performance.now() - asked);
    for (let at = 0; at < bytes.length; at += chunkSize) this.keep(first + at / chunkSize, bytes.slice(at, at + chunkSize));
  }

  private keep(index: number, chunk: Uint8Array): void {
    this.chunks.delete(index);
    this.chunks.set(index, chunk);
    const oldest = this.chunks.keys().next();
    if (this.chunks.size > mostChunks && !oldest.done) this.chunks.delete(oldest.value);
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

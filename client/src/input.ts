const longestPiece = 8_000;
const mostInFlight = 16;
const retryAfter = 500;
const ownWords = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[P\]][^\x07\x1b]*(?:\x07|\x1b\\))/g;

/** What a piece holds: text, or bytes as characters 0 to 255. */
export type Kind = 'text' | 'bytes';

interface Piece {
  sequence: number;
  kind: Kind;
  text: string;
  /** It may have been applied already, so it must not change. */
  sent: boolean;
}

/**
 * Typed text on its way to the server: numbered pieces, sent in order without waiting for each answer, kept until the server says that it
 * has applied them. The server takes them only in order and drops what it has applied before, so sending again is always safe and every
 * key arrives exactly once.
 */
export class InputQueue {
  private readonly pieces: Piece[] = [];
  private last = 0;
  /** How many of the pieces, from the first, are under way over this connection. */
  private inFlight = 0;
  /** Answers and failures of an earlier flight say nothing of this one. */
  private flight = 0;

  constructor(private readonly send: (sequence: number, text: string, kind: Kind) => Promise<number>) {}

  /** Whether keys that someone typed are not known to have arrived: more than what the terminal says of itself, in escape sequences. */
  get holdsKeys(): boolean {
    return this.pieces.some(({ kind, text }) => kind === 'text' && text.replace(ownWords, '') !== '');
  }

  /** Adds text, as part of the last piece while that one was never sent. */
  push(text: string, kind: Kind = 'text'): void {
    const tail = this.pieces.at(-1);
    if (tail && !tail.sent && tail.kind === kind && tail.text.length + text.length <= longestPiece) {
      tail.text += text;
    } else {
      for (let at = 0; at < text.length; ) {
        const end = pieceEnd(text, at);
        this.pieces.push({ sequence: ++this.last, kind, text: text.slice(at, end), sent: false });
        at = end;
      }
    }
    this.pump();
  }

  /** A new connection: what was in flight may have been lost with its answer. */
  resume(): void {
    this.flight++;
    this.inFlight = 0;
    this.pump();
  }

  private pump(): void {
    for (let piece: Piece | undefined; this.inFlight < mostInFlight && (piece = this.pieces[this.inFlight]); ) {
      this.inFlight++;
      piece.sent = true;
      void this.deliver(piece, this.flight);
    }
  }

  private async deliver(piece: Piece, flight: number): Promise<void> {
    let applied = 0;
    try {
      applied = await this.send(piece.sequence, piece.text, piece.kind);
    } catch {
      // Offline; sent again below, or by resume() as soon as the connection is back.
    }
    if (flight !== this.flight) return;
    while (this.pieces[0] && this.pieces[0].sequence <= applied) {
      this.pieces.shift();
      this.inFlight--;
    }
    if (applied >= piece.sequence) {
      this.pump();
      return;
    }
    // It did not arrive, and neither did what came after it.
    this.flight++;
    const retried = this.flight;
    await new Promise(resolve => setTimeout(resolve, retryAfter));
    if (retried === this.flight) this.resume();
  }
}

/** Never in the middle of a surrogate pair. */
function pieceEnd(text: string, at: number): number {
  const end = Math.min(text.length, at + longestPiece);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

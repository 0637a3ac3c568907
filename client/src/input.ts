const longestPiece = 8_000;
const retryAfter = 500;

interface Piece {
  sequence: number;
  text: string;
  /** It may have been applied already, so it must not change any more. */
  sent: boolean;
}

/**
 * Typed text on its way to the server: numbered pieces, one in flight, kept until the server says that it has applied them.
 * The server drops what it has applied before, so sending again is always safe and every key arrives exactly once.
 */
export class InputQueue {
  private readonly pieces: Piece[] = [];
  private last = 0;
  private flight = 0;
  private sending = false;

  constructor(private readonly send: (sequence: number, text: string) => Promise<number>) {}

  /** Adds text, as part of the last piece while that one was never sent. */
  push(text: string): void {
    const tail = this.pieces.at(-1);
    if (tail && !tail.sent && tail.text.length + text.length <= longestPiece) {
      tail.text += text;
    } else {
      for (let at = 0; at < text.length; ) {
        const end = pieceEnd(text, at);
        this.pieces.push({ sequence: ++this.last, text: text.slice(at, end), sent: false });
        at = end;
      }
    }
    void this.pump();
  }

  /** A new connection: what was in flight may have been lost with its answer. */
  resume(): void {
    this.flight++;
    this.sending = false;
    void this.pump();
  }

  private async pump(): Promise<void> {
    const piece = this.pieces[0];
    if (this.sending || !piece) return;
    this.sending = true;
    piece.sent = true;
    const flight = ++this.flight;
    try {
      const applied = await this.send(piece.sequence, piece.text);
      if (flight !== this.flight) return;
      while (this.pieces[0] && this.pieces[0].sequence <= applied) this.pieces.shift();
    } catch {
      // Offline; asked again below, or by resume() as soon as the connection is back.
      if (flight !== this.flight) return;
      await new Promise(resolve => setTimeout(resolve, retryAfter));
      if (flight !== this.flight) return;
    }
    this.sending = false;
    void this.pump();
  }
}

/** Never in the middle of a surrogate pair. */
function pieceEnd(text: string, at: number): number {
  const end = Math.min(text.length, at + longestPiece);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

import type { Terminal } from '@xterm/xterm';

/** Lines that the wheel's first turn goes up. */
const firstStep = 3;

/**
 * Holds the terminal still while its user looks at something: what has scrolled off, a selection of more than a word, matches of a search.
 * Meanwhile the server sends nothing; when there is more, a sign says so and leads to the end.
 */
export class Hold {
  private terminal?: Terminal;
  private held = false;
  private inHistory = false;
  private searching = false;
  private keepsPlace = false;
  private inFrames = false;
  /** Lines that the user wants to go up where none are yet. */
  private wanted = 0;
  private readonly sign = document.createElement('button');

  constructor(host: HTMLElement, private readonly tell: (held: boolean, inHistory: boolean) => Promise<void>) {
    this.sign.type = 'button';
    this.sign.className = 'terminal-more';
    this.sign.textContent = 'More output · jump to the end';
    this.sign.hidden = true;
    this.sign.addEventListener('click', () => this.release());
    host.append(this.sign);
  }

  /** Follows what the user does with an xterm, which takes the place of the one before. */
  watch(terminal: Terminal): void {
    this.terminal = terminal;
    this.searching = false;
    const look = () => this.look();
    terminal.onScroll(look);
    terminal.element?.addEventListener('wheel', ({ deltaY }) => queueMicrotask(() => deltaY < 0 ? this.goUp() : look()), { passive: true });
    terminal.onSelectionChange(look);
    terminal.onKey(() => {
      if (this.held) this.release();
    });
    this.look();
  }

  /** The search bar is open, or not. */
  searches(open: boolean): void {
    this.searching = open;
    this.look();
  }

  /** The connection is back: what was told may have been lost. */
  resume(): void {
    this.say();
  }

  /** The page is shown the screen alone, or the stream again. */
  showsFrames(frames: boolean): void {
    this.inFrames = frames;
  }

  /** The server has more output. */
  showMore(): void {
    this.sign.hidden = !this.held;
  }

  /** All is about to be written again: the returned function brings back how far up the user has scrolled. */
  keepPlace(): () => void {
    const { terminal } = this;
    const up = this.wanted || (terminal ? terminal.buffer.active.baseY - terminal.buffer.active.viewportY : 0);
    if (!terminal || up === 0) return () => {};
    this.keepsPlace = true;
    return () => {
      this.keepsPlace = false;
      this.wanted = 0;
      terminal.scrollLines(-up);
      this.look();
    };
  }

  /** The user went up. Frames bring nothing that has scrolled off: a snapshot does, for which the server is asked. */
  goUp(): void {
    const { terminal } = this;
    const scrolls = terminal?.buffer.active.type === 'normal' && terminal.modes.mouseTrackingMode === 'none';
    if (scrolls && this.inFrames && terminal.buffer.active.baseY === 0) this.wanted = firstStep;
    this.look();
  }

  dispose(): void {
    this.sign.remove();
  }

  /** Back to the end, and on with what comes. */
  private release(): void {
    this.searching = false;
    this.wanted = 0;
    this.terminal?.clearSelection();
    this.terminal?.scrollToBottom();
    this.look();
    this.terminal?.focus();
  }

  private look(): void {
    if (!this.terminal || this.keepsPlace) return;
    const { active } = this.terminal.buffer;
    const inHistory = this.wanted > 0 || active.viewportY < active.baseY;
    const held = inHistory || this.searching || /\S\s+\S/.test(this.terminal.getSelection());
    if (held === this.held && (inHistory === this.inHistory || !held)) return;
    this.held = held;
    this.inHistory = inHistory;
    if (!held) this.sign.hidden = true;
    this.say();
  }

  private say(): void {
    this.tell(this.held, this.inHistory).catch(() => {
      // Offline: resume() tells it again.
    });
  }
}

import type { Terminal } from '@xterm/xterm';

/**
 * Says that a program has cleared what had scrolled off (ED 3), which the replay still has: above the first line, while the user looks
 * there.
 */
export class ClearedSign {
  private readonly sign = document.createElement('a');
  private terminal?: Terminal;
  private isCleared = false;

  constructor(host: HTMLElement, terminalId: string) {
    this.sign.className = 'terminal-cleared';
    this.sign.href = `replay/${terminalId}`;
    this.sign.textContent = 'The program cleared what was above · the replay still has it';
    this.sign.hidden = true;
    host.append(this.sign);
  }

  /** Follows an xterm, which takes the place of the one before. */
  watch(terminal: Terminal): void {
    this.terminal = terminal;
    terminal.parser.registerCsiHandler({ final: 'J' }, params => {
      if (params[0] === 3 && terminal.buffer.normal.baseY > 0) this.isCleared = true;
      return false;
    });
    terminal.onScroll(() => this.look());
    terminal.onWriteParsed(() => this.look());
    terminal.element?.addEventListener('wheel', () => queueMicrotask(() => this.look()), { passive: true });
    this.look();
  }

  /** Whether a program has, as a snapshot says. */
  set cleared(cleared: boolean) {
    this.isCleared = cleared;
    this.look();
  }

  dispose(): void {
    this.sign.remove();
  }

  private look(): void {
    const active = this.terminal?.buffer.active;
    this.sign.hidden = !this.isCleared || active?.type !== 'normal' || active.viewportY > 0
      || (active.baseY === 0 && active.cursorY > 3);
  }
}

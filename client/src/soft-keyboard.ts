import type { Terminal } from '@xterm/xterm';

/** Rows that stay below the cursor's, if there are. */
const margin = 8;

/**
 * Keeps the row of the cursor in sight: the soft keyboard of a phone and the field for a message lie over the page and change no size.
 * What stands at the bottom moves above the keyboard, and the terminal moves up as far as its cursor's row needs. Returns what is called
 * when the cursor has moved.
 */
export function followSoftKeyboard(host: HTMLElement, body: HTMLElement, terminal: () => Terminal, until: AbortSignal): () => void {
  const { visualViewport } = window;
  const root = document.documentElement;
  let asked = 0;
  const place = () => {
    asked = 0;
    const inset = visualViewport ? coveredBelow(root.clientHeight, visualViewport) : 0;
    root.style.setProperty('--keyboard-inset', `${inset}px`);
    const foot = body.parentElement!;
    // What of it is not in the page's flow lies over the terminal.
    const covered = inset + body.offsetHeight - (getComputedStyle(foot).position === 'absolute' ? 0 : foot.offsetHeight);
    root.style.setProperty('--terminal-shift', `${covered > 0 ? shift(host, terminal(), covered) : 0}px`);
  };
  const soon = () => {
    asked ||= requestAnimationFrame(place);
  };
  visualViewport?.addEventListener('resize', soon, { signal: until });
  visualViewport?.addEventListener('scroll', soon, { signal: until });
  const sizes = new ResizeObserver(soon);
  sizes.observe(body);
  until.addEventListener('abort', () => {
    sizes.disconnect();
    cancelAnimationFrame(asked);
    root.style.removeProperty('--keyboard-inset');
    root.style.removeProperty('--terminal-shift');
  });
  return soon;
}

/** How many pixels of the page, from its lower edge, are covered. A page that the user has zoomed says nothing of a keyboard. */
export function coveredBelow(page: number, { height, offsetTop, scale }: { height: number; offsetTop: number; scale: number }): number {
  const covered = Math.round(page - height - offsetTop);
  return scale > 1.05 || covered < 60 ? 0 : covered;
}

/** How far a terminal moves up, so that the row of its cursor ends above what covers it from below. */
export function shiftFor(cursorEnd: number, height: number, covered: number): number {
  return Math.max(0, Math.min(covered, cursorEnd + margin - (height - covered)));
}

function shift(host: HTMLElement, terminal: Terminal, covered: number): number {
  const screen = host.querySelector<HTMLElement>('.xterm-screen');
  if (!screen) return 0;
  const row = screen.clientHeight / terminal.rows;
  const { active } = terminal.buffer;
  const cursor = active.cursorY + active.baseY - active.viewportY + 1;
  return shiftFor(Math.min(cursor, terminal.rows) * row - host.scrollTop, host.clientHeight, covered);
}

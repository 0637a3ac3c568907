import type { Terminal } from '@xterm/xterm';
import { Glide } from './glide';
import { TouchSelection } from './touch-selection';

/** What fingers do besides scrolling. */
export interface TouchActions {
  /** Two fingers ask for a font of so many whole pixels; `isLast` when they are lifted. */
  zoom(size: number, isLast: boolean): void;
  /** History is wanted that may not be here yet. */
  scrolledUp(): void;
  paste?(): void;
  search?(): void;
  /** Two taps; without it they are two clicks. */
  doubleTap?(): void;
}

const slop = 10;
const tapWithin = 300;
const pressAfter = 500;
const doubleTapWithin = 300;
/** The system's own gestures begin there. */
const edge = 20;

/**
 * One finger scrolls (the history; in a full-screen program as the wheel does) and glides on; a tap is a click and opens the keyboard; a
 * long press selects; two fingers change the font and move what does not fit.
 */
export class Touch {
  private readonly selection: TouchSelection;
  private readonly glide = new Glide(pixels => this.scroll(pixels));
  private finger?: { id: number; x: number; y: number; at: number; moved: boolean };
  private fingers?: { distance: number; x: number; y: number; font: number; wanted: number };
  private touched?: AbortController;
  private press = 0;
  private rest = 0;
  private lastTap = -Infinity;

  constructor(
    private readonly host: HTMLElement, private readonly terminal: () => Terminal, private readonly actions: TouchActions,
    until: AbortSignal,
  ) {
    this.selection = new TouchSelection(host, terminal, actions);
    host.addEventListener('touchstart', event => this.start(event), { capture: true, passive: false, signal: until });
    until.addEventListener('abort', () => this.dispose());
  }

  /** Follows an xterm, which takes the place of the one before. */
  watch(terminal: Terminal): void {
    this.selection.watch(terminal);
  }

  /** What glides stands still: the user types. */
  stop(): void {
    this.glide.stop();
  }

  private start(event: TouchEvent): void {
    if (!(event.target instanceof Element) || !event.target.closest('.xterm')) return;
    const [first, second] = event.touches;
    if (!first || (event.touches.length === 1 && (first.clientX < edge || first.clientX > innerWidth - edge))) return;
    event.preventDefault();
    event.stopPropagation();
    this.cancel();
    this.release();
    this.follow(event.target);
    if (second) {
      const font = this.terminal().options.fontSize ?? 0;
      this.fingers = { ...spread(first, second), font, wanted: font };
      return;
    }
    this.finger = { id: first.identifier, x: first.clientX, y: first.clientY, at: event.timeStamp, moved: false };
    this.rest = 0;
    // A link below the finger is looked up when the mouse comes over it.
    this.mouse('mousemove', first);
    this.press = window.setTimeout(() => {
      this.press = 0;
      if (this.selection.begin(first.clientX, first.clientY)) navigator.vibrate?.(10);
    }, pressAfter);
  }

  /**
   * Follows the fingers. When xterm has painted something else in place of what a finger touched, some browsers give its events to what
   * is gone, some to the document.
   */
  private follow(target: Element): void {
    this.touched ??= new AbortController();
    const options = { capture: true, passive: false, signal: this.touched.signal };
    for (const place of [document, target]) {
      place.addEventListener('touchmove', event => this.move(event as TouchEvent), options);
      place.addEventListener('touchend', event => this.end(event as TouchEvent), options);
      place.addEventListener('touchcancel', () => {
        this.cancel();
        this.release();
      }, options);
    }
  }

  private release(): void {
    this.touched?.abort();
    this.touched = undefined;
  }

  private move(event: TouchEvent): void {
    const [first, second] = event.touches;
    if (!first || (!this.finger && !this.fingers)) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.fingers && second) {
      this.pinch(first, second);
    } else if (this.finger && this.selection.isSelecting) {
      this.selection.extend(first.clientX, first.clientY);
    } else if (this.finger) {
      const [dx, dy] = [first.clientX - this.finger.x, first.clientY - this.finger.y];
      if (!this.finger.moved && Math.hypot(dx, dy) < slop) return;
      clearTimeout(this.press);
      this.finger.moved = true;
      this.finger.x = first.clientX;
      this.finger.y = first.clientY;
      this.host.scrollLeft -= dx;
      this.glide.follow(dy, event.timeStamp);
      this.scroll(dy);
    }
  }

  private end(event: TouchEvent): void {
    const { finger } = this;
    const touch = event.changedTouches[0];
    event.stopPropagation();
    clearTimeout(this.press);
    if (event.touches.length > 0) return;
    this.release();
    if (this.fingers && this.fingers.wanted !== this.fingers.font) this.actions.zoom(this.fingers.wanted, true);
    this.fingers = undefined;
    this.finger = undefined;
    if (!finger || !touch) return;
    event.preventDefault();
    if (this.selection.isSelecting) this.selection.settle();
    else if (finger.moved) this.glide.release(event.timeStamp);
    else if (event.timeStamp - finger.at < tapWithin) this.tap(touch, event.timeStamp);
  }

  private tap(touch: Finger, at: number): void {
    if (this.selection.isShown) {
      this.selection.clear();
      return;
    }
    const isDouble = this.actions.doubleTap !== undefined && at - this.lastTap < doubleTapWithin;
    this.lastTap = isDouble ? -Infinity : at;
    if (isDouble) {
      this.actions.doubleTap?.();
      return;
    }
    this.mouse('mousedown', touch);
    this.mouse('mouseup', touch);
  }

  /** Fingers moved down by so many pixels: the picture follows. */
  private scroll(pixels: number): void {
    const { host } = this;
    const top = host.scrollTop;
    host.scrollTop -= pixels;
    const left = pixels - (top - host.scrollTop);
    const terminal = this.terminal();
    const height = this.cellHeight;
    this.rest += left;
    const lines = Math.trunc(this.rest / height);
    this.rest -= lines * height;
    if (lines === 0) return;
    if (terminal.buffer.active.type === 'normal' && terminal.modes.mouseTrackingMode === 'none') {
      if (lines > 0) this.actions.scrolledUp();
      terminal.scrollLines(-lines);
    } else {
      this.turnWheel(lines);
    }
  }

  private turnWheel(lines: number): void {
    const box = this.host.getBoundingClientRect();
    const at = { clientX: this.finger?.x ?? box.x + box.width / 2, clientY: this.finger?.y ?? box.y + box.height / 2 };
    for (let line = 0; line < Math.abs(lines); line++) {
      this.screen?.dispatchEvent(new WheelEvent('wheel', {
        deltaY: -Math.sign(lines), deltaMode: WheelEvent.DOM_DELTA_LINE, bubbles: true, cancelable: true, ...at,
      }));
    }
  }

  private pinch(first: Finger, second: Finger): void {
    const now = spread(first, second);
    const before = this.fingers!;
    this.host.scrollLeft -= now.x - before.x;
    this.host.scrollTop -= now.y - before.y;
    const wanted = Math.round(before.font * now.distance / before.distance);
    if (wanted !== before.wanted) this.actions.zoom(wanted, false);
    this.fingers = { ...before, x: now.x, y: now.y, wanted };
  }

  private cancel(): void {
    clearTimeout(this.press);
    this.glide.stop();
    this.finger = undefined;
    this.fingers = undefined;
    this.selection.settle();
  }

  private dispose(): void {
    this.cancel();
    this.release();
    this.selection.dispose();
  }

  private mouse(type: string, { clientX, clientY }: Finger): void {
    this.screen?.dispatchEvent(new MouseEvent(type, {
      bubbles: true, cancelable: true, clientX, clientY, button: 0, buttons: type === 'mousedown' ? 1 : 0, detail: 1, view: window,
    }));
  }

  private get screen(): HTMLElement | null {
    return this.host.querySelector<HTMLElement>('.xterm-screen');
  }

  private get cellHeight(): number {
    return (this.screen?.clientHeight ?? 0) / this.terminal().rows || 17;
  }
}

type Finger = Pick<globalThis.Touch, 'clientX' | 'clientY'>;

function spread(first: Finger, second: Finger): { distance: number; x: number; y: number } {
  return {
    distance: Math.max(1, Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY)),
    x: (first.clientX + second.clientX) / 2,
    y: (first.clientY + second.clientY) / 2,
  };
}

import type { Sentence } from './connection-words';

/** The line under the bar that says what became of the connection. */
export class ConnectionLine {
  private readonly status: HTMLElement;
  private readonly line: HTMLElement;
  private readonly text: HTMLElement;
  private readonly button: HTMLButtonElement;
  private before: HTMLElement | null = null;

  constructor(place: HTMLElement, pressed: () => void) {
    this.status = place.querySelector('[role=status]')!;
    this.line = place.querySelector('.connection-line')!;
    this.text = this.line.querySelector('span')!;
    this.button = this.line.querySelector('button')!;
    // Who presses it with a pointer keeps typing where they were, and who came by the keyboard goes back there.
    this.button.addEventListener('pointerdown', event => event.preventDefault());
    this.button.addEventListener('mousedown', event => event.preventDefault());
    this.button.addEventListener('focus', event => (this.before = event.relatedTarget as HTMLElement | null));
    this.button.addEventListener('click', pressed);
  }

  show(sentence: Sentence | null): void {
    const focused = document.activeElement === this.button;
    set(this.status, sentence?.spoken ?? '');
    set(this.text, sentence?.text ?? '');
    set(this.button, sentence?.button ?? '');
    this.button.hidden = !sentence?.button;
    this.line.hidden = !sentence;
    if (focused && !sentence?.button) this.before?.focus();
  }
}

/** Only what changes is announced. */
function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

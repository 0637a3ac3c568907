import { button } from './button';
import { Modifiers, type Modifier } from './modifiers';

/** What the bar types into. */
export interface KeyTarget {
  /** A key as a keyboard has it: the terminal encodes it as its modes say. */
  key(key: Key): void;
  /** A character, as a soft keyboard types it. */
  text(text: string): void;
  paste(): void;
}

/** A key and its modifiers. */
export interface Key {
  key: string;
  code: string;
  keyCode: number;
  ctrlKey?: boolean;
  altKey?: boolean;
  shiftKey?: boolean;
}

const repeatAfter = 400;
const repeatEvery = 60;

const keys: { sign: string; label: string; key: Key; repeats?: boolean }[] = [
  { sign: 'Esc', label: 'Esc', key: { key: 'Escape', code: 'Escape', keyCode: 27 } },
  { sign: 'Tab', label: 'Tab', key: { key: 'Tab', code: 'Tab', keyCode: 9 } },
  { sign: '⇧Tab', label: 'Shift+Tab', key: { key: 'Tab', code: 'Tab', keyCode: 9, shiftKey: true } },
];
const more: typeof keys = [
  { sign: '↑', label: 'Up', key: { key: 'ArrowUp', code: 'ArrowUp', keyCode: 38 }, repeats: true },
  { sign: '↓', label: 'Down', key: { key: 'ArrowDown', code: 'ArrowDown', keyCode: 40 }, repeats: true },
  { sign: '←', label: 'Left', key: { key: 'ArrowLeft', code: 'ArrowLeft', keyCode: 37 }, repeats: true },
  { sign: '→', label: 'Right', key: { key: 'ArrowRight', code: 'ArrowRight', keyCode: 39 }, repeats: true },
  { sign: '⏎', label: 'Enter', key: { key: 'Enter', code: 'Enter', keyCode: 13 } },
  { sign: '^C', label: 'Control C', key: { key: 'c', code: 'KeyC', keyCode: 67, ctrlKey: true } },
];
const characters = ['|', '/', '-', '~'];
const pages: typeof keys = [
  { sign: 'PgUp', label: 'Page up', key: { key: 'PageUp', code: 'PageUp', keyCode: 33 }, repeats: true },
  { sign: 'PgDn', label: 'Page down', key: { key: 'PageDown', code: 'PageDown', keyCode: 34 }, repeats: true },
];

/** The keys that a soft keyboard lacks, in a row that scrolls sideways. Touching it leaves the soft keyboard as it is. */
export class KeyBar {
  readonly element = document.createElement('div');
  readonly modifiers = new Modifiers(() => this.show());
  private readonly toggles: Record<Modifier, HTMLButtonElement>;

  constructor(private readonly target: KeyTarget) {
    this.element.className = 'key-bar';
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', 'Keys');
    this.toggles = { ctrl: this.toggle('ctrl', 'Ctrl'), alt: this.toggle('alt', 'Alt') };
    this.element.append(
      ...keys.map(each => this.keyButton(each)),
      this.toggles.ctrl, this.toggles.alt,
      ...more.map(each => this.keyButton(each)),
      ...characters.map(character => this.press(character, character, () => target.text(character))),
      ...pages.map(each => this.keyButton(each)),
      this.press('Paste', 'Paste', () => target.paste()),
    );
    this.element.addEventListener('mousedown', event => event.preventDefault());
    this.show();
  }

  private keyButton({ sign, label, key, repeats }: (typeof keys)[number]): HTMLButtonElement {
    const send = () => {
      const { ctrlKey, altKey } = this.modifiers.take();
      this.target.key({ ...key, ctrlKey: ctrlKey || (key.ctrlKey ?? false), altKey });
    };
    return repeats ? this.repeating(sign, label, send) : this.press(sign, label, send);
  }

  private toggle(modifier: Modifier, sign: string): HTMLButtonElement {
    return this.press(sign, sign, () => this.modifiers.tap(modifier, performance.now()));
  }

  private press(sign: string, label: string, act: () => void): HTMLButtonElement {
    const made = button(label, 'key-bar-key', act);
    made.textContent = sign;
    made.tabIndex = -1;
    return made;
  }

  /** Acts at once, and while it is held. */
  private repeating(sign: string, label: string, act: () => void): HTMLButtonElement {
    let timer = 0;
    let repeated = false;
    const made = this.press(sign, label, () => {
      if (!repeated) act();
      repeated = false;
    });
    const again = () => {
      repeated = true;
      act();
      timer = window.setTimeout(again, repeatEvery);
    };
    made.addEventListener('pointerdown', () => {
      repeated = false;
      timer = window.setTimeout(again, repeatAfter);
    });
    for (const type of ['pointerup', 'pointercancel', 'pointerleave']) made.addEventListener(type, () => clearTimeout(timer));
    made.addEventListener('contextmenu', event => event.preventDefault());
    return made;
  }

  private show(): void {
    for (const modifier of ['ctrl', 'alt'] as const) {
      const state = this.modifiers.state(modifier);
      const toggle = this.toggles?.[modifier];
      toggle?.setAttribute('aria-pressed', String(state !== 'off'));
      if (toggle) toggle.dataset.state = state;
    }
  }
}

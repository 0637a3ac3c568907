export type Modifier = 'ctrl' | 'alt';

/** What a modifier of the key bar is: not pressed, for the next key alone, or until it is switched off. */
export type ModifierState = 'off' | 'next' | 'locked';

const lockWithin = 350;

/** Ctrl and Alt of the key bar: a tap is for the next key, a double tap locks, another tap switches off. */
export class Modifiers {
  private readonly states: Record<Modifier, ModifierState> = { ctrl: 'off', alt: 'off' };
  private readonly taps: Record<Modifier, number> = { ctrl: -Infinity, alt: -Infinity };

  constructor(private readonly changed: () => void) {}

  state(modifier: Modifier): ModifierState {
    return this.states[modifier];
  }

  /** A tap, at a time in milliseconds. */
  tap(modifier: Modifier, at: number): void {
    const isDouble = at - this.taps[modifier] < lockWithin;
    const { states } = this;
    states[modifier] = states[modifier] === 'off' ? 'next' : states[modifier] === 'next' && isDouble ? 'locked' : 'off';
    this.taps[modifier] = at;
    this.changed();
  }

  /** Which are on for a key; those for the next one alone are over then. */
  take(): { ctrlKey: boolean; altKey: boolean } {
    const { states } = this;
    const taken = { ctrlKey: states.ctrl !== 'off', altKey: states.alt !== 'off' };
    for (const modifier of ['ctrl', 'alt'] as const) if (states[modifier] === 'next') states[modifier] = 'off';
    if (taken.ctrlKey || taken.altKey) this.changed();
    return taken;
  }

  /** What becomes of text that was typed: one character alone gets the modifiers, anything else is left. */
  apply(text: string): string {
    if ([...text].length !== 1 || text < ' ') return text;
    const { ctrlKey, altKey } = this.take();
    const typed = ctrlKey ? control(text) : text;
    return altKey ? `\x1b${typed}` : typed;
  }
}

/** The control character of a character, as terminals have it: its lowest five bits; `?` is DEL. */
export function control(character: string): string {
  if (character === '?') return '\x7f';
  const code = character.toUpperCase().charCodeAt(0);
  return character === ' ' ? '\0' : code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : character;
}

/** What a person may choose about terminals, in this browser. */
export interface Settings {
  /** On a Mac: Option types ESC before the key, instead of the letters that it has on many keyboards. */
  optionIsMeta: boolean;
  /** Whether many lines are shown before they are pasted into a program that would run them at once. */
  askBeforeLines: boolean;
  /** Whether spaces at the ends of copied lines are left out. */
  trimsCopies: boolean;
  /** Whether a selection is copied when it is made. */
  copiesSelection: boolean;
  /** Whether programs may set the clipboard (OSC 52). */
  clips: 'ask' | 'allow' | 'refuse';
  bell: 'badge' | 'sound' | 'nothing';
  dictation: boolean;
  /** Whether the terminal reads out what it shows. */
  screenReader: boolean;
}

const defaults: Settings = {
  optionIsMeta: false,
  askBeforeLines: true,
  trimsCopies: true,
  copiesSelection: false,
  clips: 'ask',
  bell: 'badge',
  dictation: false,
  screenReader: false,
};

const key = 'coda.settings';
const changed = new EventTarget();

/** All of them, as they are now: a value of another version or of another kind counts as never chosen. */
export function settings(): Settings {
  let stored: Record<string, unknown> = {};
  try {
    stored = { ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    // Not ours: as if nothing was chosen.
  }
  const read = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(defaults)) {
    if (typeof stored[name] === typeof value && isKnown(name, stored[name])) read[name] = stored[name];
  }
  return read as unknown as Settings;
}

/** Chooses; every terminal of this window follows at once, those of other windows with the browser's own event. */
export function choose(choice: Partial<Settings>): void {
  localStorage.setItem(key, JSON.stringify({ ...settings(), ...choice }));
  changed.dispatchEvent(new Event('change'));
}

/** Calls back now and after each choice. */
export function followSettings(follow: (settings: Settings) => void, until: AbortSignal): void {
  const tell = () => follow(settings());
  changed.addEventListener('change', tell, { signal: until });
  addEventListener('storage', event => {
    if (event.key === key) tell();
  }, { signal: until });
  tell();
}

const words: Record<string, string[]> = { clips: ['ask', 'allow', 'refuse'], bell: ['badge', 'sound', 'nothing'] };

function isKnown(name: string, value: unknown): boolean {
  return words[name]?.includes(String(value)) ?? true;
}

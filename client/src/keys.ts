/** What a key of ours does. */
export type CommandName =
  | 'search' | 'text-larger' | 'text-smaller' | 'text-reset' | 'compose' | 'dictate' | 'new-terminal' | 'end-terminal'
  | 'next-terminal' | 'previous-terminal' | 'next-asking' | 'settings' | 'rail' | 'leave' | 'leave-back' | `terminal-${number}`;

interface Command {
  name: CommandName;
  /** What it does, as a menu says it. */
  label: string;
  /** The first is the one that is shown. A key that browsers keep in a tab is never the only one. */
  keys: string[];
  /** Keys of an installed window alone: a browser's tab keeps them. */
  installedKeys?: string[];
}

/**
 * Every key that is ours, wherever the focus is. Never among them, since programs need them: Ctrl or Alt with a letter, Esc, Tab, F1 to
 * F12, Ctrl+/, Ctrl with arrows and Shift with arrows.
 */
export const commands: Command[] = [
  { name: 'search', label: 'Search in this terminal', keys: ['Ctrl+Shift+F'] },
  { name: 'compose', label: 'Write a message', keys: ['Alt+Shift+C'] },
  { name: 'dictate', label: 'Dictate', keys: ['Alt+Shift+V'] },
  { name: 'text-larger', label: 'Larger text', keys: ['Ctrl+=', 'Ctrl++', 'Ctrl+Shift++'] },
  { name: 'text-smaller', label: 'Smaller text', keys: ['Ctrl+-'] },
  { name: 'text-reset', label: 'Text as large as at first', keys: ['Ctrl+0'] },
  { name: 'new-terminal', label: 'New terminal', keys: ['Alt+Shift+N'], installedKeys: ['Ctrl+Shift+T'] },
  { name: 'end-terminal', label: 'End this terminal', keys: [], installedKeys: ['Ctrl+Shift+W'] },
  { name: 'next-terminal', label: 'Next terminal', keys: ['Ctrl+Shift+]'] },
  { name: 'previous-terminal', label: 'Previous terminal', keys: ['Ctrl+Shift+['] },
  ...Array.from({ length: 9 }, (_, index): Command => (
    { name: `terminal-${index + 1}`, label: `Terminal ${index + 1}`, keys: [`Ctrl+Shift+${index + 1}`] })),
  { name: 'next-asking', label: 'Next that needs you', keys: ['Alt+Shift+A'] },
  { name: 'settings', label: 'Settings', keys: ['Ctrl+,'] },
  { name: 'rail', label: 'Show or hide the navigation', keys: ['Ctrl+Shift+\\'] },
  { name: 'leave', label: 'Leave the terminal, to the next region', keys: ['Ctrl+F6'] },
  { name: 'leave-back', label: 'To the region before', keys: ['Ctrl+Shift+F6'] },
];

/** Where the browser's own keys go with the Command key. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const signs: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };
const placeOf: Record<string, string> = { BracketLeft: '[', BracketRight: ']', Backslash: '\\', Comma: ',' };

/** How a command's key is shown: `Ctrl+Shift+F`, on a Mac `⌃⇧F`. Empty = it has none here. */
export function keyLabel(name: CommandName): string {
  const command = commands.find(each => each.name === name);
  const key = keysOf(command)[0];
  if (!key) return '';
  return isMac ? key.split('+').map(part => signs[part] ?? part).join('') : key;
}

/** The command of a pressed key, if it is one of ours. */
export function commandOf(event: KeyboardEvent): CommandName | undefined {
  if (event.isComposing || event.metaKey || (!event.ctrlKey && !event.altKey)) return undefined;
  const pressed = spelled(event);
  return commands.find(command => keysOf(command).includes(pressed))?.name;
}

/** The letter of a key in the layout (on Dvorak, V is elsewhere); where the layout has no Latin letters, that of its place. */
export function letter({ key, code }: KeyboardEvent): string {
  return (/^[\x20-\x7e]$/.test(key) ? key : code.replace(/^Key/, '')).toLowerCase();
}

function keysOf(command: Command | undefined): string[] {
  const installed = matchMedia('(display-mode: standalone)').matches ? command?.installedKeys : undefined;
  return [...(installed ?? []), ...(command?.keys ?? [])];
}

function spelled(event: KeyboardEvent): string {
  const modifiers = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift'].filter(Boolean);
  return [...modifiers, nameOf(event)].join('+');
}

function nameOf(event: KeyboardEvent): string {
  const { key, code } = event;
  if (/^[=+-]$/.test(key) || (key === '0' && !event.shiftKey)) return key;
  // What Shift makes of a digit or a sign differs from layout to layout.
  return /^Digit\d$/.test(code) ? code.slice(5)
    : placeOf[code] ?? (/^[a-z]$/i.test(letter(event)) ? letter(event).toUpperCase() : key);
}

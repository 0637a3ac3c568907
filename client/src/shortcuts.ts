import type { Terminal } from '@xterm/xterm';
import { copy } from './clipboard';

/** What the terminal's keys do besides typing. */
export interface Shortcuts {
  search(): void;
  /** By so many pixels; 0 = the default. */
  zoom(by: number): void;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Shift+Enter is ESC CR, a new line in the prompts of agents; Ctrl+C copies when something is selected, Ctrl+V pastes, Ctrl+Shift+F
 * searches, Ctrl+= - 0 zoom, Ctrl+F6 goes to the buttons above. On a Mac, copy and paste are the browser's own.
 */
export function bindShortcuts(terminal: Terminal, shortcuts: Shortcuts): void {
  terminal.attachCustomKeyEventHandler(event => {
    if (event.key === 'Enter' && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing) {
      if (event.type === 'keydown') terminal.input('\x1b\r');
      event.preventDefault();
      return false;
    }
    if (event.type !== 'keydown' || !event.ctrlKey || event.altKey || event.metaKey) return true;
    const done = () => {
      event.preventDefault();
      return false;
    };

    if (event.shiftKey && letter(event) === 'f') {
      shortcuts.search();
      return done();
    }
    if (event.key === '=' || event.key === '+') {
      shortcuts.zoom(1);
      return done();
    }
    if (event.key === '-' && !event.shiftKey) {
      shortcuts.zoom(-1);
      return done();
    }
    if (event.key === '0' && !event.shiftKey) {
      shortcuts.zoom(0);
      return done();
    }
    if (event.key === 'F6') {
      document.querySelector<HTMLElement>('.coda-bar button')?.focus();
      return done();
    }
    if (isMac) return true;
    if (copyOnShortcut(terminal, event)) return false;
    // Not handled here and not typed: the browser pastes.
    return letter(event) !== 'v';
  });
}

/** Copies what is selected on Ctrl+C or Ctrl+Shift+C; whether it did. */
export function copyOnShortcut(terminal: Terminal, event: KeyboardEvent): boolean {
  if (isMac || !event.ctrlKey || event.altKey || event.metaKey || letter(event) !== 'c'
    || !(event.shiftKey || terminal.hasSelection())) return false;
  void copy(terminal.getSelection());
  terminal.clearSelection();
  event.preventDefault();
  return true;
}

/** The letter of a key in the layout (on Dvorak, V is elsewhere); where the layout has no Latin letters, that of its place. */
function letter({ key, code }: KeyboardEvent): string {
  return (/^[\x20-\x7e]$/.test(key) ? key : code.replace(/^Key/, '')).toLowerCase();
}

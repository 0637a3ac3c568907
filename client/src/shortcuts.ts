import type { Terminal } from '@xterm/xterm';
import { copy, withoutPadding } from './clipboard';
import { isMac, letter } from './keys';

/**
 * The keys that a terminal itself takes: Ctrl+C copies when something is selected, Ctrl+V pastes; on a Mac, both are the browser's own.
 * Returns what becomes of text that the terminal types: Shift+Enter is ESC CR, a new line in the prompts of agents, unless the program
 * has switched the kitty keyboard protocol on: then xterm.js reports the key itself.
 */
export function bindShortcuts(terminal: Terminal): (typed: string) => string {
  let shiftEnter = false;
  const taken = new Set<string>();
  terminal.attachCustomKeyEventHandler(event => {
    // A program that asked for releases would get one whose press it never saw.
    if (event.type === 'keyup') return !taken.delete(event.code);
    if (event.type !== 'keydown') return true;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    shiftEnter = event.key === 'Enter' && event.shiftKey && plain && !event.isComposing;
    if (isMac || !event.ctrlKey || event.altKey || event.metaKey) return true;
    // What is not handled here and not typed: the browser pastes.
    const isOurs = copyOnShortcut(terminal, event) || letter(event) === 'v';
    if (isOurs) taken.add(event.code);
    return !isOurs;
  });
  return typed => {
    const isNewLine = shiftEnter && typed === '\r';
    shiftEnter = false;
    return isNewLine ? '\x1b\r' : typed;
  };
}

/** Copies what is selected on Ctrl+C or Ctrl+Shift+C; whether it did. */
export function copyOnShortcut(terminal: Terminal, event: KeyboardEvent): boolean {
  if (isMac || !event.ctrlKey || event.altKey || event.metaKey || letter(event) !== 'c'
    || !(event.shiftKey || terminal.hasSelection())) return false;
  if (terminal.hasSelection()) void copy(withoutPadding(terminal.getSelection()));
  terminal.clearSelection();
  event.preventDefault();
  return true;
}

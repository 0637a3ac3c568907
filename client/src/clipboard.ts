import type { Terminal } from '@xterm/xterm';
import { notice } from './notice';
import { choose, settings } from './settings';

/**
 * OSC 52, one way: a program may set the clipboard where the user lets it; none ever reads it. The server says so once, also of what the
 * page was not shown; `base64` is empty when it was too long.
 */
export function takeClip(host: HTMLElement, base64: string, length: number): void {
  if (settings().clips === 'refuse') return;
  if (base64 === '' && length > 0) {
    notice(host, 'clip', `The program wanted to copy ${count(length * 0.75)} bytes: more than 3 MB are not taken. `
      + 'The clipboard is as it was.');
    return;
  }
  const text = decode(base64);
  if (text) void take(host, text);
}

/** Copies; false = the browser refused (no permission, no gesture, no focus) and the clipboard is as it was. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Spaces before a line's end: programs that fill their rows print them, and no one means them. */
export function withoutPadding(text: string): string {
  return settings().trimsCopies ? text.replace(/[ \t\u00a0]+(?=\r?\n|$)/g, '') : text;
}

/** What the browser itself copies, by its menu or on a Mac by its key, is cleaned too. */
export function cleanCopies(terminal: () => Terminal, host: HTMLElement, until: AbortSignal): void {
  host.addEventListener('copy', event => {
    if (!(event.target instanceof HTMLElement) || !event.target.closest('.xterm') || !terminal().hasSelection()) return;
    event.clipboardData?.setData('text/plain', withoutPadding(terminal().getSelection()));
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true, signal: until });
}

async function take(host: HTMLElement, text: string): Promise<void> {
  const { clips } = settings();
  if (clips === 'allow' && document.hasFocus() && await copy(text)) {
    notice(host, 'clip', `The program copied ${count(text.length)} characters to your clipboard.`);
    return;
  }
  notice(host, 'clip', `The program wants to copy ${count(text.length)} characters to your clipboard.`, [
    { label: 'Copy', act: () => void copyOrSay(host, text) },
    ...(clips === 'ask' ? [{
      label: 'Always allow',
      act: () => {
        choose({ clips: 'allow' });
        void copyOrSay(host, text);
      },
    }] : []),
  ]);
}

async function copyOrSay(host: HTMLElement, text: string): Promise<void> {
  if (!await copy(text)) notice(host, 'clip', 'The browser did not let CoDA copy. The clipboard is as it was; allow it for this site.');
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}

function decode(base64: string): string {
  if (base64 === '?') return '';
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), c => c.charCodeAt(0)));
  } catch {
    return '';
  }
}

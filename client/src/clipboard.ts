import type { Terminal } from '@xterm/xterm';
import { notice } from './notice';
import { choose, settings } from './settings';

/** Of base64, as xterm.js keeps of a sequence at most. */
const largestClip = 8_000_000;

/** OSC 52, one way: a program may set the clipboard where the user lets it; none ever reads it. */
export function acceptClips(terminal: Terminal, host: HTMLElement): void {
  terminal.parser.registerOscHandler(52, data => {
    const base64 = data.slice(data.indexOf(';') + 1);
    if (base64.length > largestClip) {
      notice(host, 'clip', `The program wanted to copy ${count(base64.length * 0.75)} bytes: more than 6 MB are not taken. `
        + 'The clipboard is as it was.');
      return true;
    }
    const text = decode(base64);
    if (text) void take(host, text);
    return true;
  });
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
  if (clips === 'refuse') return;
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

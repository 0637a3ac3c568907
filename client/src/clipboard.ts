import type { Terminal } from '@xterm/xterm';

const largestClip = 1 << 20;

/** OSC 52, one way: a program may set the clipboard while the page has the focus; none ever reads it. */
export function acceptClips(terminal: Terminal): void {
  terminal.parser.registerOscHandler(52, data => {
    const text = decode(data.slice(data.indexOf(';') + 1));
    if (text && document.hasFocus()) void copy(text);
    return true;
  });
}

/** Copies; a browser that refuses (no permission, no gesture) leaves the clipboard as it was. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Refused by the browser: telling the user would change nothing.
  }
}

function decode(base64: string): string {
  if (base64 === '?' || base64.length > largestClip) return '';
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), c => c.charCodeAt(0)));
  } catch {
    return '';
  }
}

import { ask, paragraph } from './dialog';
import { notice } from './notice';
import { choose, settings } from './settings';

const shownLines = 20;

/** What a paste goes into. */
export interface PasteTarget {
  /** Types it as a paste, in brackets where the program wants them. */
  paste(text: string): void;
  /** Whether the program takes a paste as one, instead of running each line at once. */
  readonly bracketsPastes: boolean;
  /** It is gone, and with it what is asked about it. */
  readonly gone: AbortSignal;
  focus(): void;
}

/**
 * What may be pasted: all but the control characters, of which TAB and line ends stay. ESC [ 201 ~ within a pasted text would end the paste
 * for the program, which would run what follows it; others would interrupt it, or end its input.
 */
export function pasteable(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
}

/** Takes what a person pastes into the terminal in `host`, before xterm sees it. A paste of files alone is left. */
export function takePastes(host: HTMLElement, target: PasteTarget, until: AbortSignal): void {
  host.addEventListener('paste', event => {
    const text = event.clipboardData?.getData('text/plain');
    if (!text || !(event.target instanceof HTMLElement) || !event.target.closest('.xterm')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pasteInto(host, target, text);
  }, { capture: true, signal: until });
}

/** Pastes what is in the clipboard, for which the browser may ask. */
export async function pasteClipboard(host: HTMLElement, target: PasteTarget): Promise<void> {
  try {
    pasteInto(host, target, await navigator.clipboard.readText());
  } catch {
    notice(host, 'paste', 'The browser did not let CoDA read the clipboard. Nothing was pasted; allow it for this site, or press Ctrl+V.');
  }
}

/** Pastes a text without its control characters; asks first where the program would run many lines at once. */
export function pasteInto(host: HTMLElement, target: PasteTarget, text: string): void {
  const clean = pasteable(text);
  const removed = text.length - clean.length;
  if (removed > 0) {
    notice(host, 'paste', removed === 1 ? 'A control character was removed from what you pasted.'
      : `${removed.toLocaleString('en')} control characters were removed from what you pasted.`);
  }
  if (target.bracketsPastes || !/[\r\n]/.test(clean.replace(/[\r\n]+$/, '')) || !settings().askBeforeLines) target.paste(clean);
  else askFor(clean, target);
}

/** One line of many: what follows a line's end is apart from it by a space. */
export function asOneLine(text: string): string {
  return text.split(/[\r\n]+/).map(line => line.trim()).filter(line => line !== '').join(' ');
}

function askFor(text: string, target: PasteTarget): void {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  const shown = document.createElement('pre');
  shown.tabIndex = 0;
  shown.textContent = lines.slice(0, shownLines).join('\n')
    + (lines.length > shownLines ? `\n… ${(lines.length - shownLines).toLocaleString('en')} more lines` : '');
  const never = document.createElement('input');
  never.type = 'checkbox';
  const label = document.createElement('label');
  label.append(never, 'Do not ask again');
  const paste = (pasted: string) => {
    if (never.checked) choose({ askBeforeLines: false });
    target.paste(pasted);
  };
  const close = ask(
    `Paste ${lines.length.toLocaleString('en')} lines?`,
    [paragraph('The program does not know a paste from typing: it may run each line at once.'), shown, label],
    [{ label: 'Paste', act: () => paste(text) }, { label: 'Paste as one line', act: () => paste(asOneLine(text)) }],
    () => target.focus(),
  );
  target.gone.addEventListener('abort', close);
}

/**
 * What may be pasted: all but the control characters, of which TAB and line ends stay. ESC [ 201 ~ within a pasted text would end the paste
 * for the program, which would run what follows it; others would interrupt it, or end its input.
 */
export function pasteable(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
}

/** Cleans the text that a person pastes into the terminal in `host`, before xterm sees it. */
export function cleanPastes(host: HTMLElement, paste: (text: string) => void, until: AbortSignal): void {
  host.addEventListener('paste', event => {
    const text = event.clipboardData?.getData('text/plain');
    if (!text || !(event.target instanceof HTMLElement) || !event.target.closest('.xterm')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    paste(pasteable(text));
  }, { capture: true, signal: until });
}

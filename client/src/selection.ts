import type { Terminal } from '@xterm/xterm';
import { copy, withoutPadding } from './clipboard';
import { isMac } from './keys';
import { notice } from './notice';
import { settings } from './settings';

const toldKey = 'coda.selection.told';
const dragged = 12;

/**
 * Selecting with a mouse. While a program has the mouse, Shift selects (on a Mac also Option, xterm.js's own key there); who drags without
 * it is told so, the first time. A selection is copied at once where the user wants that.
 */
export function assistSelection(host: HTMLElement, terminal: () => Terminal, until: AbortSignal): void {
  const hasMouse = () => terminal().modes.mouseTrackingMode !== 'none';
  host.addEventListener('mousedown', event => {
    if (event.button !== 0 || !hasMouse() || !(event.target instanceof Element) || !event.target.closest('.xterm')) return;
    if (isMac && event.shiftKey && !event.altKey) {
      event.stopImmediatePropagation();
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent('mousedown', {
        bubbles: true, cancelable: true, view: window, detail: event.detail, button: 0, buttons: event.buttons,
        clientX: event.clientX, clientY: event.clientY, screenX: event.screenX, screenY: event.screenY, altKey: true,
      }));
    } else if (!event.shiftKey && !event.altKey && event.isTrusted) {
      tellOnce(host, event, until);
    }
  }, { capture: true, signal: until });
  let selects = false;
  host.addEventListener('mousedown', event => {
    selects = event.target instanceof Element && event.target.closest('.xterm-screen') !== null;
  }, { capture: true, signal: until });
  document.addEventListener('mouseup', () => {
    if (settings().copiesSelection && selects && terminal().hasSelection()) {
      void copy(withoutPadding(terminal().getSelection()));
    }
    selects = false;
  }, { signal: until });
}

function tellOnce(host: HTMLElement, start: MouseEvent, until: AbortSignal): void {
  if (localStorage.getItem(toldKey)) return;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, until]);
  document.addEventListener('mouseup', () => over.abort(), { signal });
  document.addEventListener('mousemove', ({ clientX, clientY }) => {
    if (Math.hypot(clientX - start.clientX, clientY - start.clientY) < dragged) return;
    over.abort();
    localStorage.setItem(toldKey, '1');
    notice(host, 'selection', `The program has the mouse. Hold ${isMac ? '⇧ or ⌥' : 'Shift'} to select text.`);
  }, { signal });
}

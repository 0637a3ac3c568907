/** What a notice offers to do. */
export interface NoticeAction {
  label: string;
  act(): void;
}

const shownFor = 8_000;

/**
 * Says something over a terminal, at its top: one sentence, at most two buttons. It goes by itself after 8 s, unless it asks something.
 * A notice of the same kind takes the place of the one before.
 */
export function notice(host: HTMLElement, kind: string, text: string, actions: NoticeAction[] = []): void {
  const place = noticesOf(host);
  place.querySelector(`[data-kind="${kind}"]`)?.remove();
  const box = document.createElement('div');
  box.className = 'terminal-notice';
  box.dataset.kind = kind;
  const words = document.createElement('span');
  words.textContent = text;
  box.append(words);
  const close = () => box.remove();
  for (const { label, act } of actions) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', () => {
      close();
      act();
    });
    box.append(made);
  }
  const dismiss = document.createElement('button');
  dismiss.type = 'button';
  dismiss.className = 'terminal-notice-close';
  dismiss.textContent = '×';
  dismiss.setAttribute('aria-label', 'Dismiss');
  dismiss.addEventListener('click', close);
  box.append(dismiss);
  place.append(box);
  if (actions.length === 0) setTimeout(close, shownFor);
}

/** Takes back what was said. */
export function withdraw(host: HTMLElement, kind: string): void {
  noticesOf(host).querySelector(`[data-kind="${kind}"]`)?.remove();
}

function noticesOf(host: HTMLElement): HTMLElement {
  const found = host.querySelector<HTMLElement>('.terminal-notices');
  if (found) return found;
  const made = document.createElement('div');
  made.className = 'terminal-notices';
  made.setAttribute('role', 'status');
  host.append(made);
  return made;
}

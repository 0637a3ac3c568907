/** What a dialog offers; the first is the one that Enter takes. */
export interface Choice {
  label: string;
  act(): void;
}

let count = 0;

/**
 * Asks in a dialog over the page. Esc and "Cancel" do nothing but close it; `closed` comes last, whatever was chosen. Returns what closes
 * it without a choice.
 */
export function ask(heading: string, content: (Node | string)[], choices: Choice[], closed: () => void = () => {}): () => void {
  const dialog = document.createElement('dialog');
  dialog.className = 'coda-dialog';
  const title = document.createElement('h2');
  title.id = `coda-dialog-${++count}`;
  title.textContent = heading;
  dialog.setAttribute('aria-labelledby', title.id);
  const actions = document.createElement('div');
  actions.className = 'coda-dialog-actions';
  const buttons = [...choices, { label: 'Cancel', act: () => {} }].map(({ label, act }) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', () => {
      dialog.close();
      act();
    });
    return made;
  });
  buttons[0]!.classList.add('primary');
  actions.append(...buttons.toReversed());
  dialog.append(title, ...content, actions);
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  buttons[0]!.focus();
  return () => dialog.close();
}

/** A paragraph of a dialog. */
export function paragraph(text: string): HTMLParagraphElement {
  const made = document.createElement('p');
  made.textContent = text;
  return made;
}

/** A button with a sign instead of words, which its label says. */
export function button(label: string, className: string, click: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = className;
  made.title = label;
  made.setAttribute('aria-label', label);
  made.addEventListener('click', click);
  return made;
}

import { DraftKeeper, draftTime, dropDraft, dropOldDrafts, loadDraft, notKeptAsDraft } from './drafts';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const lookAfter = 30;

const kept = new Map<HTMLFormElement, DraftKeeper>();

/**
 * Keeps what is written in forms with `data-draft`, whose value says what about: through a reload, a lost server, and a page that was
 * resumed into new components. A form that comes into the page gets its draft back, and says so.
 */
export function keepFormDrafts(): void {
  dropOldDrafts();
  document.addEventListener('input', event => {
    if (event.target instanceof Element) keeperOf(event.target.closest<HTMLFormElement>('form[data-draft]'))?.typed();
  }, { capture: true });
  const look = () => {
    for (const form of [...kept.keys()].filter(each => !each.isConnected)) {
      kept.get(form)?.dispose();
      kept.delete(form);
    }
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-draft]')) if (!kept.has(form)) restore(form);
  };
  // Terminals change the page many times a second.
  let asked = 0;
  new MutationObserver(() => {
    asked ||= window.setTimeout(() => {
      asked = 0;
      look();
    }, lookAfter);
  }).observe(document.body, { childList: true, subtree: true });
  look();
}

/** The server has taken the form, which may have been replaced by another one about the same. */
export function formTaken(subject: string): void {
  for (const [form, keeper] of kept) if (form.dataset.draft === subject) keeper.confirmed();
  dropDraft(subject);
}

function keeperOf(form: HTMLFormElement | null): DraftKeeper | undefined {
  return form ? kept.get(form) : undefined;
}

function restore(form: HTMLFormElement): void {
  const subject = form.dataset.draft ?? '';
  kept.set(form, new DraftKeeper(subject, () => written(form), () => sayIn(form, notKeptAsDraft)));
  const draft = loadDraft(subject);
  if (!draft) return;
  const before = new Map(fields(form).map(field => [field, valueOf(field)]));
  for (const field of fields(form)) {
    const value = draft.values[field.name];
    if (value !== undefined) setValue(field, value);
  }
  const note = document.createElement('p');
  note.className = 'draft-note';
  const discard = document.createElement('button');
  discard.type = 'button';
  discard.textContent = 'Discard';
  discard.addEventListener('click', () => {
    for (const [field, value] of before) setValue(field, value);
    kept.get(form)?.confirmed();
    dropDraft(subject);
    note.remove();
  });
  note.append(`Draft of ${draftTime(draft.at)} · `, discard);
  form.prepend(note);
}

function sayIn(form: HTMLFormElement, text: string): void {
  const place = form.querySelector<HTMLElement>('[role=alert]');
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

/** All fields, if one that is written by hand has text. */
function written(form: HTMLFormElement): Record<string, string> | undefined {
  const all = fields(form);
  if (!all.some(field => field instanceof HTMLTextAreaElement && field.value.trim() !== '')) return undefined;
  return Object.fromEntries(all.filter(field => !(field instanceof HTMLInputElement && field.type === 'radio' && !field.checked))
    .map(field => [field.name, valueOf(field)]));
}

function fields(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((element): element is Field => (element instanceof HTMLInputElement
    || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) && element.name !== '');
}

function valueOf(field: Field): string {
  return field instanceof HTMLInputElement && field.type === 'checkbox' ? String(field.checked) : field.value;
}

function setValue(field: Field, value: string): void {
  if (field instanceof HTMLInputElement && field.type === 'radio') field.checked = field.value === value;
  else if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value === 'true';
  else if (!(field instanceof HTMLSelectElement) || [...field.options].some(option => option.value === value)) field.value = value;
}

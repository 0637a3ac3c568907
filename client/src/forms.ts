import { sendingId } from './drafts';
import { formTaken } from './form-drafts';
import { postOnce } from './post';

/** Navigates within the circuit. */
declare const Blazor: { navigateTo(url: string): void };

const navigationLimit = 3_000;

/** Sends forms with `data-post` as JSON, whatever their length, and goes where the answer says. */
export function sendForms(): void {
  // With any event of a field that a component around it listens to, Blazor sends the field's whole text.
  for (const type of ['keydown', 'keyup', 'keypress', 'input', 'change']) {
    document.addEventListener(type, event => {
      const forDialog = event instanceof KeyboardEvent && (event.key === 'Escape' || event.key === 'Tab');
      if (!forDialog && event.target instanceof Element && event.target.closest('form[data-post]')) event.stopPropagation();
    }, { capture: true });
  }
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.post) return;
    event.preventDefault();
    if (form.ariaBusy !== 'true') void send(form, form.dataset.post, event.submitter);
  });
}

async function send(form: HTMLFormElement, url: string, submitter: HTMLElement | null): Promise<void> {
  const body = JSON.stringify(Object.fromEntries(new FormData(form, submitter)));
  const subject = form.dataset.draft ?? url;
  form.ariaBusy = 'true';
  say(form, '');
  try {
    const answer = await postOnce(url, sendingId(subject, body), body);
    if (answer.ok && answer.location) {
      formTaken(subject);
      go(form, answer.location);
    } else {
      say(form, answer.message ?? '');
    }
  } catch {
    say(form, 'The server cannot be reached. What you wrote is still here: send it again, it is not done twice.');
  } finally {
    form.ariaBusy = 'false';
  }
}

/** Goes there within the circuit; where that does not answer, by loading the page. */
function go(form: HTMLFormElement, url: string): void {
  Blazor.navigateTo(url);
  setTimeout(() => {
    if (form.isConnected) location.assign(url);
  }, navigationLimit);
}

function say(form: HTMLFormElement, text: string): void {
  const place = form.querySelector<HTMLElement>('[role=alert]');
  if (!place) return;
  place.textContent = text;
  place.hidden = text === '';
}

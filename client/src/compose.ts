import { button } from './button';
import { DraftKeeper, draftTime, loadDraft, notKeptAsDraft, sendingId } from './drafts';
import { Dictation } from './dictation';
import { postOnce } from './post';

const longestPress = 500;
/** A click that is the end of a press comes within that. */
const clickAfter = 400;
const mostLines = 8;

/** What the draft of a terminal's message is kept under. */
export function messageSubject(terminalId: string): string {
  return `message ${terminalId}`;
}

/**
 * A field to write a message in before the program gets it, with the corrections, predictions and dictation of the system. It is sent by a
 * request of its own, and is kept as a draft until the server has it.
 */
export class Compose {
  readonly element = document.createElement('form');
  private readonly field = document.createElement('textarea');
  private readonly status = document.createElement('div');
  private readonly send = button('Send (hold: without Enter)', 'compose-send', () => {});
  private readonly draft: DraftKeeper;
  private readonly dictation: Dictation;
  private readonly subject: string;

  /** `pick` lets the user choose files; `back` gives the keys to the terminal. */
  constructor(private readonly terminalId: string, pick: () => void, private readonly back: () => void) {
    this.subject = messageSubject(terminalId);
    this.draft = new DraftKeeper(
      this.subject, () => (this.field.value.trim() === '' ? undefined : { text: this.field.value }), () => this.say(notKeptAsDraft));
    this.dictation = new Dictation(this.field, text => this.say(text));
    this.element.className = 'compose';
    this.field.rows = 1;
    this.field.placeholder = 'Message…';
    this.field.setAttribute('aria-label', 'Message to the program');
    this.field.enterKeyHint = 'send';
    this.status.className = 'compose-status';
    this.status.setAttribute('role', 'status');
    const file = button('Send a file', 'compose-file', pick);
    file.textContent = '⊕';
    this.send.textContent = '➤';
    const row = document.createElement('div');
    row.className = 'compose-row';
    row.append(file, this.field, this.dictation.element, this.send);
    this.element.append(this.status, row);
    this.bind();
    const kept = loadDraft(this.subject);
    if (kept?.values.text) this.restore(kept.values.text, kept.at);
  }

  /** Whether something is written. */
  get isEmpty(): boolean {
    return this.field.value === '';
  }

  focus(): void {
    this.field.focus();
  }

  dictate(): void {
    this.field.focus();
    this.dictation.toggle();
  }

  dispose(): void {
    this.dictation.dispose();
    this.draft.dispose();
    this.element.remove();
  }

  private bind(): void {
    const { field, element } = this;
    field.addEventListener('input', () => {
      this.grow();
      this.draft.typed();
    });
    field.addEventListener('keydown', event => {
      if (event.isComposing) return;
      if (event.key === 'Escape') this.back();
      else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void this.deliver(true);
      else return;
      event.preventDefault();
    });
    element.addEventListener('submit', event => event.preventDefault());
    this.bindSend();
  }

  /** A finger or a mouse sends when it is lifted, since not every browser makes a click of a long press; a key clicks. */
  private bindSend(): void {
    let pressed = 0;
    let lifted = -Infinity;
    this.send.addEventListener('pointerdown', event => {
      event.preventDefault(); // the soft keyboard stays
      pressed = event.timeStamp;
    });
    this.send.addEventListener('pointerup', event => {
      lifted = event.timeStamp;
      void this.deliver(event.timeStamp - pressed < longestPress);
    });
    this.send.addEventListener('contextmenu', event => event.preventDefault());
    this.send.addEventListener('click', event => {
      if (event.timeStamp - lifted > clickAfter) void this.deliver(true);
    });
  }

  private async deliver(enter: boolean): Promise<void> {
    this.dictation.stop();
    const text = this.field.value;
    if (text === '' || this.element.ariaBusy === 'true') return;
    const body = JSON.stringify({ text, enter });
    const id = sendingId(this.subject, body);
    this.element.ariaBusy = 'true';
    this.say('');
    try {
      const answer = await postOnce(`terminals/${this.terminalId}/messages`, id, body);
      if (answer.ok) this.delivered(text);
      else this.say(answer.message ?? '');
    } catch (error) {
      this.say(error instanceof DOMException && error.name === 'TimeoutError'
        ? 'The program does not read what is typed. Your message waits for it; sent again, it is not typed twice.'
        : 'The server cannot be reached. What you wrote is still here: send it again, it is not typed twice.');
    } finally {
      this.element.ariaBusy = 'false';
    }
  }

  /** The server has it. What was written meanwhile stays. */
  private delivered(text: string): void {
    this.field.value = this.field.value.startsWith(text) ? this.field.value.slice(text.length) : this.field.value;
    this.draft.confirmed();
    if (!this.isEmpty) this.draft.typed();
    this.grow();
  }

  private restore(text: string, at: number): void {
    this.field.value = text;
    queueMicrotask(() => this.grow());
    const discard = document.createElement('button');
    discard.type = 'button';
    discard.textContent = 'Discard';
    discard.addEventListener('click', () => {
      this.delivered(this.field.value);
      this.say('');
    });
    this.status.replaceChildren(`Draft of ${draftTime(at)} · `, discard);
  }

  private grow(): void {
    const { field } = this;
    field.style.height = 'auto';
    const line = parseFloat(getComputedStyle(field).lineHeight) || 20;
    field.style.height = `${Math.min(field.scrollHeight, line * mostLines + 20)}px`;
  }

  private say(text: string): void {
    this.status.textContent = text;
  }
}

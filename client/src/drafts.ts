/** The fields of a form that is being written, and when that was. */
export interface Draft {
  values: Record<string, string>;
  /** Milliseconds since 1970. */
  at: number;
}

const prefix = 'coda.draft.';
const savedAfter = 300;
const keptFor = 30 * 24 * 3600 * 1000;

/** What was kept of a form about a subject. */
export function loadDraft(subject: string): Draft | undefined {
  return parse(localStorage.getItem(prefix + subject));
}

/** Keeps it in this browser; false = there is no room for it, even without the other drafts. */
export function saveDraft(subject: string, values: Record<string, string>, now = Date.now()): boolean {
  const text = JSON.stringify({ values, at: now } satisfies Draft);
  for (;;) {
    try {
      localStorage.setItem(prefix + subject, text);
      return true;
    } catch {
      // Full: what was written longest ago makes room.
      const oldest = stored().filter(draft => draft.key !== prefix + subject).sort((one, other) => one.at - other.at)[0];
      if (!oldest) return false;
      localStorage.removeItem(oldest.key);
    }
  }
}

/** It is not needed: the server has confirmed it, or it was discarded. */
export function dropDraft(subject: string): void {
  localStorage.removeItem(prefix + subject);
}

/** Forgets what was written more than 30 days ago. */
export function dropOldDrafts(now = Date.now()): void {
  for (const { key, at } of stored()) if (now - at > keptFor) localStorage.removeItem(key);
}

/** Keeps what is typed about a subject, 300 ms after the last key and when the page goes. Nothing written = no draft. */
export class DraftKeeper {
  private timer = 0;
  private readonly flush = () => this.save();

  constructor(private readonly subject: string, private readonly read: () => Record<string, string> | undefined) {
    addEventListener('pagehide', this.flush);
    document.addEventListener('visibilitychange', this.flush);
  }

  /** Something was typed. */
  typed(): void {
    this.timer ||= window.setTimeout(this.flush, savedAfter);
  }

  /** The server has it: what is typed from here on is another. */
  confirmed(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    dropDraft(this.subject);
  }

  dispose(): void {
    this.save();
    removeEventListener('pagehide', this.flush);
    document.removeEventListener('visibilitychange', this.flush);
  }

  private save(): void {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const values = this.read();
    if (values) saveDraft(this.subject, values);
    else dropDraft(this.subject);
  }
}

/** "14:02", of another day "27 Nov 14:02". */
export function draftTime(at: number, now = new Date()): string {
  const then = new Date(at);
  const time = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return then.toDateString() === now.toDateString() ? time
    : `${then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

function stored(): { key: string; at: number }[] {
  return Object.keys(localStorage).filter(key => key.startsWith(prefix))
    .map(key => ({ key, at: parse(localStorage.getItem(key))?.at ?? 0 }));
}

function parse(text: string | null): Draft | undefined {
  if (!text) return undefined;
  try {
    const draft = JSON.parse(text) as Draft;
    return typeof draft.at === 'number' && typeof draft.values === 'object' && draft.values !== null ? draft : undefined;
  } catch {
    return undefined;
  }
}

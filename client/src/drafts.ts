/** The fields of a form that is being written, and when that was. */
export interface Draft {
  values: Record<string, string>;
  /** Milliseconds since 1970. */
  at: number;
}

const prefix = 'coda.draft.';
const sentPrefix = 'coda.sent.';
/** In characters; a browser keeps about five million for a site. */
const longest = 4_000_000;
const savedAfter = 300;
const keptFor = 30 * 24 * 3600 * 1000;

/** What was kept of a form about a subject. */
export function loadDraft(subject: string): Draft | undefined {
  return parse(localStorage.getItem(prefix + subject));
}

/** Keeps it in this browser; false = there is no room for it, even without the other drafts. */
export function saveDraft(subject: string, values: Record<string, string>, now = Date.now()): boolean {
  const text = JSON.stringify({ values, at: now } satisfies Draft);
  if (text.length > longest) return false;
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
  localStorage.removeItem(sentPrefix + subject);
}

/**
 * The id under which a text about a subject is sent: the same for the same text, after a reload too, until the draft is dropped. A server
 * that has taken it already does not take it twice.
 */
export function sendingId(subject: string, body: string): string {
  const [id, mark] = (localStorage.getItem(sentPrefix + subject) ?? '').split(' ');
  if (id && mark === markOf(body)) return id;
  const fresh = crypto.randomUUID();
  try {
    localStorage.setItem(sentPrefix + subject, `${fresh} ${markOf(body)}`);
  } catch {
    // No room: the id lasts as long as the page then.
  }
  return fresh;
}

/** Forgets what was written more than 30 days ago. */
export function dropOldDrafts(now = Date.now()): void {
  for (const { key, at } of stored()) if (now - at > keptFor) localStorage.removeItem(key);
}

/** Keeps what is typed about a subject, 300 ms after the last key and when the page goes. Nothing written = no draft. */
export class DraftKeeper {
  private timer = 0;
  private readonly flush = () => this.save();

  /** `failed` is told that what is written does not fit into the browser. */
  constructor(
    private readonly subject: string, private readonly read: () => Record<string, string> | undefined, private readonly failed: () => void,
  ) {
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
    if (!values) dropDraft(this.subject);
    else if (!saveDraft(this.subject, values)) this.failed();
  }
}

/** "14:02", of another day "27 Nov 14:02". */
export function draftTime(at: number, now = new Date()): string {
  const then = new Date(at);
  const time = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return then.toDateString() === now.toDateString() ? time
    : `${then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

/** Tells texts apart (FNV-1a, 32 bits, and the length). */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${text.length}-${hash >>> 0}`;
}

/** Said where a draft cannot be kept. */
export const notKeptAsDraft = 'Too long to be kept as a draft in this browser: send it before you leave the page.';

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

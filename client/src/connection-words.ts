/** What became of a page's connection. Times are of `performance.now()`. */
export type State =
  | { is: 'up' }
  | { is: 'silent'; since: number }
  /** `next` = when the next attempt begins, null while one is made. */
  | { is: 'lost'; since: number; next: number | null }
  | { is: 'paused' }
  | { is: 'unknown-here' }
  | { is: 'ended'; end: End }
  | { is: 'failed' }
  | { is: 'loaded-again'; end: End };

/** Why the server does not have this page, and for how long it was away. */
export interface End {
  why: 'restarted' | 'away' | 'refused' | 'signed-out';
  ms: number;
  /** Typed keys have not arrived. */
  keys: boolean;
}

export interface Sentence {
  text: string;
  /** The same without the seconds, for screen readers: they read every change aloud. */
  spoken: string;
  button?: 'Now' | 'Load again' | 'Close';
}

/** A cut that is mended at once is not worth a word. */
const MENDED_MS = 400;

/** One true sentence for a state; null = there is nothing to say. `typing`: there is a terminal whose keys are kept. */
export function sentence(state: State, now: number, typing: boolean): Sentence | null {
  const kept = typing ? ', keys are kept' : '';
  switch (state.is) {
    case 'up':
      return null;
    case 'silent':
      return { text: `No answer for ${Math.floor((now - state.since) / 1000)} s${kept}`, spoken: `The server does not answer${kept}` };
    case 'lost': {
      if (now - state.since < MENDED_MS) return null;
      const seconds = state.next === null ? 0 : Math.ceil((state.next - now) / 1000);
      const next = seconds > 0 ? `Next try in ${seconds} s` : 'Trying now…';
      return { text: `Connection lost${kept}. ${next}`, spoken: `Connection lost${kept}.`, button: 'Now' };
    }
    case 'paused':
      return alike('This page is paused and continues when you look at it.');
    case 'unknown-here':
      return alike('The server does not have this page. It is loaded again when the server answers.');
    case 'ended':
      return alike(`${because(state.end)} This page is loaded again.`);
    case 'failed':
      return { ...alike('The server had to give this page up after an error. Terminals keep running.'), button: 'Load again' };
    case 'loaded-again':
      return {
        ...alike(`${because(state.end)} This page was loaded again.${state.end.keys ? ' The keys typed last did not arrive.' : ''}`),
        button: 'Close',
      };
  }
}

const alike = (text: string): Sentence => ({ text, spoken: text });

function because({ why, ms }: End): string {
  switch (why) {
    case 'restarted':
      return 'The server was restarted.';
    case 'away':
      return `The connection was lost for ${duration(ms)}, and the server no longer has this page.`;
    case 'refused':
      return 'The server refused to take this page back.';
    case 'signed-out':
      return 'This browser is no longer signed in.';
  }
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

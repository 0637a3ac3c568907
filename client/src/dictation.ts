import { button } from './button';
import { ask, paragraph } from './dialog';
import { choose, followSettings, settings } from './settings';

/** The part of the Web Speech API that is used; browsers name it differently, and many do not have it. */
interface Recognition extends EventTarget {
  continuous: boolean;
  interimResults: boolean;
  lang: string;
  processLocally?: boolean;
  start(): void;
  stop(): void;
}

interface RecognitionKind {
  new (): Recognition;
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
}

interface Result {
  readonly isFinal: boolean;
  readonly [index: number]: { readonly transcript: string };
}

const messages: Record<string, string> = {
  'not-allowed': 'The browser may not use the microphone. Allow it for this site, then try again.',
  'service-not-allowed': 'The browser does not let this site recognise speech.',
  'audio-capture': 'There is no microphone.',
  network: 'The speech service of the browser cannot be reached. What was recognised is kept.',
  'language-not-supported': 'Speech in your language cannot be recognised here.',
};

/** Speech into a text field, by the browser. Off until the user has read where the sound goes. */
export class Dictation {
  readonly element = button('Dictate', 'compose-dictate', () => this.toggle());
  private readonly gone = new AbortController();
  private recognition?: Recognition;

  constructor(private readonly field: HTMLTextAreaElement, private readonly say: (text: string) => void) {
    this.element.textContent = '✎';
    this.element.setAttribute('aria-pressed', 'false');
    followSettings(({ dictation }) => {
      this.element.hidden = !kind() || !dictation;
      if (!dictation) this.stop();
    }, this.gone.signal);
  }

  toggle(): void {
    if (this.recognition) this.stop();
    else if (!kind()) this.say('This browser cannot recognise speech. The soft keyboard of a phone can.');
    else if (!settings().dictation) this.ask();
    else void this.start();
  }

  /** What is recognised from here on is dropped. */
  stop(): void {
    this.recognition?.stop();
    this.recognition = undefined;
    this.element.setAttribute('aria-pressed', 'false');
  }

  dispose(): void {
    this.stop();
    this.gone.abort();
  }

  private async start(): Promise<void> {
    const Kind = kind()!;
    const recognition = new Kind();
    this.recognition = recognition;
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.lang = navigator.language;
    const isOnDevice = await isLocal(Kind);
    if (this.recognition !== recognition) return;
    if (isOnDevice) recognition.processLocally = true;
    let spoken = { from: this.field.selectionStart, to: this.field.selectionEnd, text: this.field.value.slice(
      this.field.selectionStart, this.field.selectionEnd) };
    recognition.addEventListener('result', event => {
      if (this.recognition !== recognition) return;
      const results = [...(event as unknown as { results: ArrayLike<Result> & Iterable<Result> }).results];
      const text = results.map(result => result[0]?.transcript ?? '').join('').trim();
      const { value } = this.field;
      // Corrected meanwhile: what was said so far is the user's now.
      if (value.slice(spoken.from, spoken.to) !== spoken.text) this.stop();
      else spoken = this.put(spoken.from, spoken.to, text);
    });
    recognition.addEventListener('error', event => {
      const { error } = event as unknown as { error: string };
      if (error !== 'no-speech' && error !== 'aborted') this.say(messages[error] ?? `Speech is not recognised (${error}).`);
    });
    recognition.addEventListener('end', () => {
      if (this.recognition === recognition) this.stop();
    });
    this.element.setAttribute('aria-pressed', 'true');
    this.say(isOnDevice ? 'Listening. The sound stays on this device.' : 'Listening. The browser sends the sound to its maker.');
    recognition.start();
  }

  /** Puts what was said in place of what was recognised of it before. */
  private put(from: number, to: number, said: string): { from: number; to: number; text: string } {
    const { value } = this.field;
    const text = from > 0 && !/\s$/.test(value.slice(0, from)) ? ` ${said}` : said;
    this.field.setRangeText(text, from, to, 'end');
    this.field.dispatchEvent(new Event('input', { bubbles: true }));
    return { from, to: from + text.length, text };
  }

  private ask(): void {
    const text = 'The browser recognises speech. Where it can, it does that on this device; else it sends the sound to the servers of '
      + 'its maker. CoDA gets the text alone, and a program only when you send it.';
    const close = ask('Switch dictation on?', [paragraph(text)], [{
      label: 'Switch it on',
      act: () => {
        choose({ dictation: true });
        void this.start();
      },
    }]);
    this.gone.signal.addEventListener('abort', close);
  }
}

function kind(): RecognitionKind | undefined {
  const page = window as unknown as { SpeechRecognition?: RecognitionKind; webkitSpeechRecognition?: RecognitionKind };
  return page.SpeechRecognition ?? page.webkitSpeechRecognition;
}

async function isLocal(Kind: RecognitionKind): Promise<boolean> {
  try {
    return (await Kind.available?.({ langs: [navigator.language], processLocally: true })) === 'available';
  } catch {
    return false;
  }
}

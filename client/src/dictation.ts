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
    followSettings(({ dictation }) => (this.element.hidden = !kind() || !dictation), this.gone.signal);
  }

  toggle(): void {
    if (this.recognition) this.stop();
    else if (!kind()) this.say('This browser cannot recognise speech. The soft keyboard of a phone can.');
    else if (!settings().dictation) this.ask();
    else void this.start();
  }

  stop(): void {
    this.recognition?.stop();
  }

  private async start(): Promise<void> {
    const Kind = kind()!;
    const recognition = new Kind();
    this.recognition = recognition;
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.lang = navigator.language;
    if (await isLocal(Kind)) recognition.processLocally = true;
    const before = this.field.value.slice(0, this.field.selectionStart);
    const after = this.field.value.slice(this.field.selectionEnd);
    recognition.addEventListener('result', event => {
      const results = [...(event as unknown as { results: ArrayLike<Result> & Iterable<Result> }).results];
      this.put(before, results.map(result => result[0]?.transcript ?? '').join(''), after);
    });
    recognition.addEventListener('error', event => {
      const { error } = event as unknown as { error: string };
      if (error !== 'no-speech' && error !== 'aborted') this.say(messages[error] ?? `Speech is not recognised (${error}).`);
    });
    recognition.addEventListener('end', () => {
      this.recognition = undefined;
      this.element.setAttribute('aria-pressed', 'false');
    });
    this.element.setAttribute('aria-pressed', 'true');
    this.say(recognition.processLocally ? 'Listening. The sound stays on this device.'
      : 'Listening. The browser sends the sound to its maker.');
    recognition.start();
  }

  private put(before: string, spoken: string, after: string): void {
    const gap = before === '' || /\s$/.test(before) ? '' : ' ';
    this.field.value = before + gap + spoken.trim() + after;
    this.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private ask(): void {
    const text = 'The browser recognises speech. Where it can, it does that on this device; else it sends the sound to the servers of '
      + 'its maker. CoDA gets the text alone, and a program only when you send it.';
    ask('Switch dictation on?', [paragraph(text)], [{
      label: 'Switch it on',
      act: () => {
        choose({ dictation: true });
        void this.start();
      },
    }]);
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

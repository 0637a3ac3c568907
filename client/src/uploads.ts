import { button } from './button';
import { ask, paragraph } from './dialog';
import { notCarried, outcomeOf, pastedFiles, percentOf, tooLarge } from './upload-words';

const told = 'coda.uploads.told';
const aFolder = 'This is a folder. Nothing was uploaded; drop the files in it, or an archive of it.';

/** A file in the panel: it waits, is on its way, or has failed. */
interface Row {
  file: File;
  element: HTMLElement;
  bar: HTMLProgressElement;
  percent: HTMLElement;
  request?: XMLHttpRequest;
}

/** The files that a person gives to the programs in a terminal: each goes up by HTTP, then its path is typed. */
export class Uploads {
  private readonly panel = document.createElement('div');
  private readonly waiting: Row[] = [];
  private current: Row | null = null;
  private agreed: Promise<boolean> | null = null;

  constructor(
    private readonly host: HTMLElement, private readonly terminalId: string, private readonly type: (text: string) => void,
    private readonly until: AbortSignal,
  ) {
    this.panel.className = 'uploads';
    this.panel.setAttribute('role', 'region');
    this.panel.setAttribute('aria-label', 'Uploads');
    this.panel.hidden = true;
    host.append(this.panel);
    until.addEventListener('abort', () => {
      this.waiting.length = 0;
      this.current?.request?.abort();
      this.panel.remove();
    });
  }

  /** Lets the user choose files. */
  pick(): void {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.addEventListener('change', () => void this.add([...(input.files ?? [])]), { signal: this.until });
    input.click();
  }

  /** Puts files up one after another, once the user knows who can read them. */
  async add(files: File[]): Promise<void> {
    if (files.length === 0) return;
    this.agreed ??= this.ask();
    const agreed = await this.agreed;
    this.agreed = null;
    if (!agreed || this.until.aborted) return;
    for (const file of files) this.enqueue(file);
    this.next();
  }

  /** Says why something was not put up. */
  refuse(name: string, message: string): void {
    this.fail(this.makeRow(new File([], name)), message);
  }

  private enqueue(file: File): void {
    const row = this.makeRow(file);
    const most = Number(this.host.dataset.uploadBytes);
    if (most > 0 && file.size > most) this.fail(row, tooLarge(most));
    else this.waiting.push(row);
  }

  private next(): void {
    if (this.current) return;
    this.current = this.waiting.shift() ?? null;
    if (this.current) this.send(this.current);
  }

  private send(row: Row): void {
    const request = (row.request = new XMLHttpRequest());
    const finish = (then: () => void) => {
      this.current = null;
      if (!this.until.aborted) then();
      this.next();
    };
    request.upload.addEventListener('progress', ({ loaded, total }) => this.show(row, loaded, total));
    request.addEventListener('load', () => finish(() => this.settle(row, request)));
    request.addEventListener('error', () => finish(() => this.fail(row, notCarried)));
    request.addEventListener('abort', () => finish(() => this.remove(row)));
    request.open('POST', `terminals/${this.terminalId}/files?name=${encodeURIComponent(row.file.name)}`);
    request.setRequestHeader('X-Coda-Form', crypto.randomUUID());
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.send(row.file);
  }

  private settle(row: Row, request: XMLHttpRequest): void {
    const outcome = outcomeOf(request.status, request.responseText);
    if ('message' in outcome) {
      this.fail(row, outcome.message);
      return;
    }
    this.remove(row);
    this.type(outcome.typed);
  }

  private show(row: Row, loaded: number, total: number): void {
    row.bar.value = percentOf(loaded, total) / 100;
    row.percent.textContent = `${percentOf(loaded, total)} %`;
  }

  private makeRow(file: File): Row {
    const element = document.createElement('div');
    element.className = 'upload';
    const name = document.createElement('span');
    name.className = 'upload-name';
    name.textContent = name.title = file.name;
    const bar = document.createElement('progress');
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const percent = document.createElement('span');
    percent.className = 'upload-percent';
    percent.textContent = 'waits';
    const row: Row = { file, element, bar, percent };
    const cancel = document.createElement('button');
    cancel.type = 'button';
    cancel.textContent = 'Cancel';
    cancel.setAttribute('aria-label', `Cancel the upload of ${file.name}`);
    cancel.addEventListener('click', () => this.cancel(row));
    element.append(name, bar, percent, cancel);
    this.panel.append(element);
    this.panel.hidden = false;
    return row;
  }

  private cancel(row: Row): void {
    const at = this.waiting.indexOf(row);
    if (at >= 0) this.waiting.splice(at, 1);
    if (row.request) row.request.abort();
    else this.remove(row);
  }

  private fail(row: Row, message: string): void {
    const name = document.createElement('strong');
    name.className = 'upload-name';
    name.textContent = name.title = row.file.name;
    const why = document.createElement('span');
    why.className = 'upload-why';
    why.setAttribute('role', 'alert');
    const dismiss = button(`Dismiss the message about ${row.file.name}`, 'upload-dismiss', () => this.remove(row));
    row.element.classList.add('upload-failed');
    row.element.replaceChildren(name, dismiss, why);
    why.textContent = message;
  }

  private remove(row: Row): void {
    const focused = row.element.contains(document.activeElement);
    row.element.remove();
    this.panel.hidden = this.panel.childElementCount === 0;
    if (focused) focusTerminal(this.host);
  }

  /** Says once in a browser where files go; completes with whether they may. */
  private ask(): Promise<boolean> {
    if (recall()) return Promise.resolve(true);
    const { uploads = 'the server', uploadDays = '30' } = this.host.dataset;
    const where = paragraph('Files go to ');
    const folder = document.createElement('code');
    folder.textContent = uploads;
    where.append(folder, ` and are removed after ${uploadDays} days. Their paths are typed into the terminal.`);
    const who = paragraph('Every agent and every program in a terminal of this server can read them.');
    return new Promise(resolve => {
      let agreed = false;
      const close = ask('Upload to the server?', [where, who], [{
        label: 'Upload',
        act: () => {
          agreed = true;
          remember();
        },
      }], () => resolve(agreed));
      this.until.addEventListener('abort', close);
    });
  }
}

/** Takes the files that are pasted into `host` or dropped on it, until the signal. Text is left to the terminal. */
export function acceptFiles(host: HTMLElement, terminalId: string, type: (text: string) => void, until: AbortSignal): Uploads {
  const uploads = new Uploads(host, terminalId, type, until);
  host.addEventListener('paste', event => {
    const here = event.target instanceof HTMLElement && event.target.closest('.xterm');
    const files = here && event.clipboardData ? pastedFiles(event.clipboardData, new Date()) : [];
    if (files.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // xterm would paste the text that there is not
    void uploads.add(files);
  }, { capture: true, signal: until });
  for (const kind of ['dragenter', 'dragover'] as const) {
    host.addEventListener(kind, event => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      host.classList.add('takes-files');
    }, { signal: until });
  }
  host.addEventListener('dragleave', event => {
    if (!(event.relatedTarget instanceof Node && host.contains(event.relatedTarget))) host.classList.remove('takes-files');
  }, { signal: until });
  host.addEventListener('drop', event => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    host.classList.remove('takes-files');
    focusTerminal(host);
    void uploads.add(plainFiles(event.dataTransfer, uploads));
  }, { capture: true, signal: until });
  return uploads;
}

/** What was dropped, without folders, which are no files. */
function plainFiles(dropped: DataTransfer, uploads: Uploads): File[] {
  const files: File[] = [];
  for (const item of dropped.items) {
    const file = item.getAsFile();
    if (item.webkitGetAsEntry()?.isDirectory) uploads.refuse(file?.name ?? 'Folder', aFolder);
    else if (file) files.push(file);
  }
  return files;
}

function focusTerminal(host: HTMLElement): void {
  host.querySelector<HTMLElement>('.xterm-helper-textarea')?.focus();
}

function recall(): boolean {
  try {
    return localStorage.getItem(told) !== null;
  } catch {
    return false;
  }
}

function remember(): void {
  try {
    localStorage.setItem(told, new Date().toISOString());
  } catch {
    // A browser that keeps nothing asks again.
  }
}

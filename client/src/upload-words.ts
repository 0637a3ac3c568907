/** What became of an upload: what is to be typed, or why nothing was kept. */
export type Outcome = { typed: string } | { message: string };

/** What is said when the connection fails on the way. */
export const notCarried = 'The connection was lost on the way. Nothing of it was kept; drop or paste it again.';

const nameless = /^(image\.\w+)?$/i;

/** What a browser makes of an answer. */
export function outcomeOf(status: number, body: string): Outcome {
  const { typed, message } = parse(body);
  if (status === 200 && typed) return { typed };
  return { message: message ?? `The server refused it (${status}). Nothing of it was kept; drop or paste it again.` };
}

/** Why a file is not even sent. */
export function tooLarge(most: number): string {
  return `It is larger than ${Math.floor(most / (1 << 20))} MiB. Nothing was uploaded. `
    + 'Make it smaller, or bring it to the server another way, such as with scp.';
}

/** How much of a file is up, in percent; 100 is for what the server has taken. */
export function percentOf(loaded: number, total: number): number {
  return total > 0 ? Math.min(99, Math.floor((loaded / total) * 100)) : 0;
}

/** The files of a paste, if it has no text. Browsers call an image that has no name `image.png`: it gets the time in its place. */
export function pastedFiles(data: Pick<DataTransfer, 'getData' | 'files'>, now: Date): File[] {
  if (data.getData('text/plain') !== '') return [];
  const files = [...data.files];
  return files.map((file, index) => {
    if (!nameless.test(file.name)) return file;
    const extension = /^image\/(\w+)/.exec(file.type)?.[1]?.replace('jpeg', 'jpg');
    const number = files.length > 1 ? `-${index + 1}` : '';
    return new File([file], `pasted-${stamp(now)}${number}${extension ? `.${extension}` : ''}`, { type: file.type });
  });
}

/** The local time for a file's name, such as `2026-03-01-140509`. */
function stamp(at: Date): string {
  const [year, ...rest] = [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()];
  const [month, day, ...time] = rest.map(part => `${part}`.padStart(2, '0'));
  return `${year}-${month}-${day}-${time.join('')}`;
}

function parse(body: string): { typed?: string; message?: string } {
  try {
    return Object(JSON.parse(body)) as { typed?: string; message?: string };
  } catch {
    return {}; // a proxy's page
  }
}

/** The line shown for bytes that were not kept. */
export function notKept(bytes: number): string {
  return `\x1b[0m\r\n\x1b[2m[… ${bytes.toLocaleString('en')} bytes not kept …]\x1b[0m\r\n`;
}

/** The line that ends what was recorded of a terminal that went on. */
export const recordingFull = '\x1b[0m\r\n\x1b[2m[… the recording reached its size limit here …]\x1b[0m\r\n';

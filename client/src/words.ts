/** The line that stands for bytes which were not kept. */
export function notKept(bytes: number): string {
  return `\x1b[0m\r\n\x1b[2m[… ${bytes.toLocaleString('en')} bytes not kept …]\x1b[0m\r\n`;
}

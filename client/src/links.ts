import { WebLinksAddon } from '@xterm/addon-web-links';
import type { IBuffer, ILink, ILinkProvider, Terminal } from '@xterm/xterm';

/** How far a broken address is looked for above and below a row. */
const mostRows = 40;

/** No box-drawing either: programs frame what they say. */
const address = /\bhttps?:\/\/[^\s"'<>`{}|\\^\u2500-\u259f]+/gi;
const closing = /[.,:;!?()[\]*]+$/;
const onlyWord = /^(?!https?:\/\/)[^\s]+$/i;

/** Opens addresses in the output on a click, those too that their program broke at the width of the window. */
export function showLinks(terminal: Terminal): void {
  // The first to know a link wins.
  terminal.registerLinkProvider(brokenLinks(terminal, openLink));
  terminal.loadAddon(new WebLinksAddon((_, uri) => openLink(uri)));
}

/** Output is hostile: nothing but the web, in a page that knows nothing of this one. */
export function openLink(uri: string): void {
  if (/^https?:\/\//i.test(uri)) window.open(uri, '_blank', 'noopener,noreferrer');
}

/**
 * Finds addresses that continue in the next line because their program broke them itself: up to the last column, and what follows is alone
 * in its row. xterm knows only the lines that it wrapped itself.
 */
export function brokenLinks(terminal: Pick<Terminal, 'buffer' | 'cols'>, open: (uri: string) => void): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const links = linksAt(terminal.buffer.active, terminal.cols, row - 1).map(({ text, range }): ILink => ({
        text, range, activate: (_, uri) => open(uri),
      }));
      callback(links.length > 0 ? links : undefined);
    },
  };
}

function linksAt(buffer: IBuffer, columns: number, row: number): Pick<ILink, 'text' | 'range'>[] {
  let first = row;
  let last = row;
  while (row - first < mostRows && joins(buffer, columns, first - 1)) first--;
  while (last - row < mostRows && joins(buffer, columns, last)) last++;

  const { text, places } = read(buffer, columns, first, last);
  const found: Pick<ILink, 'text' | 'range'>[] = [];
  for (const match of text.matchAll(address)) {
    const link = match[0].replace(closing, '');
    const start = places[match.index];
    const end = places[match.index + link.length - 1];
    if (!start || !end || !URL.canParse(link) || start.y > row + 1 || end.y < row + 1) continue;
    const broken = Array.from({ length: end.y - start.y }, (_, i) => buffer.getLine(start.y + i)).some(line => !line?.isWrapped);
    if (broken) found.push({ text: link, range: { start, end } });
  }
  return found;
}

/** Whether what a row ends with may continue in the next. */
function joins(buffer: IBuffer, columns: number, row: number): boolean {
  const line = buffer.getLine(row);
  const next = buffer.getLine(row + 1);
  if (!line || !next) return false;
  if (next.isWrapped) return true;
  const end = line.getCell(columns - 1)?.getChars() ?? '';
  return end.trim() !== '' && onlyWord.test(next.translateToString(true).trimEnd());
}

/** The text of some rows as one, and the place of each of its code units, from 1. */
function read(buffer: IBuffer, columns: number, first: number, last: number): { text: string; places: { x: number; y: number }[] } {
  let text = '';
  const places: { x: number; y: number }[] = [];
  for (let row = first; row <= last; row++) {
    const line = buffer.getLine(row);
    for (let column = 0; column < columns; column++) {
      const cell = line?.getCell(column);
      if (!cell || cell.getWidth() === 0) continue;
      const characters = cell.getChars() || ' ';
      text += characters;
      for (let unit = 0; unit < characters.length; unit++) places.push({ x: column + 1, y: row + 1 });
    }
  }
  return { text, places };
}

import type { Terminal } from '@xterm/xterm';

/** What tests, and people with a console, may ask about the terminals of a page. */
export interface Inspection {
  /** The last so many lines of the buffer (or all, scrollback included), without trailing blanks. */
  lines(last?: number): string[];
  /** How many lines the buffer has, scrollback included. */
  length(): number;
  /** Colours and flags of the visible cells, one string a row. */
  cells(): string[];
  /** Zero-based place of the cursor on the screen. */
  cursor(): { row: number; column: number };
  size(): { columns: number; rows: number };
  /** The stream's offset up to which the page has received. */
  received(): number;
}

declare global {
  interface Window {
    coda: { terminals: Map<string, Inspection> };
  }
}

window.coda = { terminals: new Map() };

/** Makes a terminal known under its id until the returned function is called. */
export function exposeForInspection(id: string, current: () => Terminal, received: () => number): () => void {
  const inspection: Inspection = {
    lines: (last = Infinity) => {
      const { active } = current().buffer;
      const length = Math.min(last, active.length);
      return Array.from({ length }, (_, y) => active.getLine(active.length - length + y)?.translateToString(true) ?? '');
    },
    length: () => current().buffer.active.length,
    cells: () => {
      const terminal = current();
      const { active } = terminal.buffer;
      return Array.from({ length: terminal.rows }, (_, row) => {
        const line = active.getLine(active.baseY + row);
        return Array.from({ length: terminal.cols }, (_, column) => {
          const cell = line?.getCell(column);
          return cell ? `${cell.getChars()}/${cell.getFgColor()}/${cell.getBgColor()}/${cell.isBold()}${cell.isInverse()}` : '';
        }).join('|');
      });
    },
    cursor: () => ({ row: current().buffer.active.cursorY, column: current().buffer.active.cursorX }),
    size: () => ({ columns: current().cols, rows: current().rows }),
    received,
  };
  window.coda.terminals.set(id, inspection);
  return () => {
    if (window.coda.terminals.get(id) === inspection) window.coda.terminals.delete(id);
  };
}

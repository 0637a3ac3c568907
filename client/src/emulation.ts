import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import type { ITerminalOptions, Terminal } from '@xterm/xterm';
import { swallowQueries } from './queries';

/** The options that decide what a program's output makes of the screen. The tests of the server's own screen model take them too. */
export const emulation = {
  allowProposedApi: true,
  scrollback: 10_000,
  // The server tells programs of a new colour scheme; the page would tell them again.
  vtExtensions: { colorSchemeQuery: false, kittyKeyboard: true },
} satisfies ITerminalOptions;

/** Teaches an xterm the widths of characters, and to leave questions to the server. */
export function emulate(terminal: Terminal): void {
  terminal.loadAddon(new UnicodeGraphemesAddon());
  swallowQueries(terminal.parser);
}

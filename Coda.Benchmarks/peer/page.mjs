// An xterm.js as CoDA's page makes it, fed by a socket.
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

const query = new URLSearchParams(location.search);
const terminal = new Terminal({
  cols: Number(query.get('columns')),
  rows: Number(query.get('rows')),
  allowProposedApi: true,
  fontFamily: 'ui-monospace, "JetBrains Mono", "Cascadia Code", "Fira Code", "SF Mono", Menlo, Consolas, '
    + '"DejaVu Sans Mono", "Liberation Mono", monospace',
  fontSize: 14,
  scrollback: 10_000,
  cursorBlink: true,
  macOptionIsMeta: false,
  theme: { foreground: '#d8dee9', background: '#0f141a', cursor: '#2dd4bf', cursorAccent: '#0f141a', selectionBackground: '#2f4a63' },
  minimumContrastRatio: 1,
  vtExtensions: { colorSchemeQuery: false },
  linkHandler: { activate() {} },
});
terminal.loadAddon(new UnicodeGraphemesAddon());
terminal.loadAddon(new WebLinksAddon());
terminal.open(document.body);
terminal.loadAddon(new SearchAddon());
terminal.focus();

const socket = new WebSocket(`ws://${location.host}/${location.search}`);
socket.binaryType = 'arraybuffer';
socket.onmessage = ({ data }) => terminal.write(new Uint8Array(data), () => socket.send(new Uint32Array([data.byteLength])));
socket.onopen = () => terminal.onData(text => socket.send(text));

// ttyd's name for it.
window.term = terminal;

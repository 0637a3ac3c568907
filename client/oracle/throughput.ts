import { Terminal } from '@xterm/headless';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { emulate, emulation } from '../src/emulation';

// How long a terminal as the pages have them takes to parse files, without a page around it: what the server's screen model is measured by.
//   node oracle/start.mjs throughput <columns> <rows> <rounds> <file>...
// It writes a line for each file: the median, in seconds.

const pieceSize = 1 << 16;
const inFlight = 1 << 24;
const [columns, rows, rounds, ...files] = process.argv.slice(3);

for (const file of files) {
  const bytes = Uint8Array.from(readFileSync(file));
  const times: number[] = [];
  for (let round = 0; round < Number(rounds); round++) times.push(await parse(bytes));
  times.sort((a, b) => a - b);
  console.log(times[times.length >> 1]!.toFixed(6));
}

async function parse(bytes: Uint8Array): Promise<number> {
  const terminal = new Terminal({ ...emulation, cols: Number(columns), rows: Number(rows), logLevel: 'off' });
  emulate(terminal as never);
  const started = performance.now();
  for (let start = 0; start < bytes.length;) {
    const end = start + inFlight; // xterm refuses more than 50 MB at once
    for (; start < Math.min(end, bytes.length); start += pieceSize) terminal.write(bytes.subarray(start, start + pieceSize));
    await new Promise<void>(resolve => terminal.write('', resolve));
  }
  const seconds = (performance.now() - started) / 1000;
  terminal.dispose();
  return seconds;
}

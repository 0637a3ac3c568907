// The baseline of the browser's benchmarks: one shell for each socket, with nothing between the PTY and xterm.js but flow control.
// Arguments: port, directory of the shells.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { spawn } from 'node-pty';
import { WebSocketServer } from 'ws';

/** Bytes that the page may have unparsed: so few that Ctrl-C has little to wait for. */
const windowSize = 512 << 10;
/** Bytes from which a frame is sent while others are under way. */
const frameSize = 64 << 10;

const [port, directory] = process.argv.slice(2);
await sameVersions();
const files = await bundle();

const server = createServer((request, response) => {
  const file = files.get(new URL(request.url, 'http://peer').pathname);
  response.writeHead(file ? 200 : 404, file && { 'content-type': file.type });
  response.end(file?.contents);
});
new WebSocketServer({ server }).on('connection', (socket, request) => {
  const query = new URL(request.url, 'http://peer').searchParams;
  const pty = spawn('/bin/bash', [], {
    name: 'xterm-256color', cols: Number(query.get('columns')), rows: Number(query.get('rows')), cwd: directory, encoding: null,
  });
  show(pty, socket);
});
server.listen(Number(port), '127.0.0.1');

/** Typed text comes as text; an acknowledgement is the number of parsed bytes, 32 bits, little endian. */
function show(pty, socket) {
  let waiting = [];
  let waitingBytes = 0;
  let unacknowledged = 0;

  // What comes alone is sent at once; under a flood only full frames are, because each has its price.
  const pump = () => {
    while (waitingBytes > 0 && (unacknowledged === 0 || waitingBytes >= frameSize) && unacknowledged < windowSize) {
      const frame = take();
      unacknowledged += frame.length;
      socket.send(frame);
    }
    if (waitingBytes >= frameSize) pty.pause();
    else pty.resume();
  };
  const take = () => {
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && bytes < frameSize) bytes += waiting[count++].length;
    waitingBytes -= bytes;
    return Buffer.concat(waiting.splice(0, count), bytes);
  };

  pty.onData(bytes => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    pump();
  });
  pty.onExit(() => socket.close());
  socket.on('close', () => pty.kill());
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      unacknowledged -= data.readUInt32LE();
      pump();
    } else {
      pty.write(data.toString());
    }
  });
}

async function bundle() {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: ['page.mjs'], outdir: 'out', bundle: true, format: 'esm', minify: true, target: 'es2022', write: false,
  });
  const named = ending => outputFiles.find(file => file.path.endsWith(ending)).contents;
  const html = '<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="/page.css">'
    + '<body style="margin: 0; background: #0f141a"><script type="module" src="/page.js"></script>';
  return new Map([
    ['/', { type: 'text/html', contents: html }],
    ['/page.js', { type: 'text/javascript', contents: named('.js') }],
    ['/page.css', { type: 'text/css', contents: named('.css') }],
  ]);
}

/** A comparison with another xterm.js says nothing. */
async function sameVersions() {
  const read = async path => JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')).dependencies;
  const [own, client] = await Promise.all([read('package.json'), read('../../client/package.json')]);
  for (const name of Object.keys(own).filter(name => name.startsWith('@xterm/'))) {
    if (own[name] !== client[name]) throw new Error(`${name} is ${own[name]} here and ${client[name]} in client/package.json.`);
  }
}

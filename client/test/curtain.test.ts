import assert from 'node:assert/strict';
import test from 'node:test';
import { Terminal } from '@xterm/headless';
import { Curtain } from '../src/curtain';

const written = (terminal: Terminal, text = '') => new Promise<void>(resolve => terminal.write(text, resolve));

function prepare(): { terminal: Terminal; curtain: Curtain; shows: () => boolean } {
  const terminal = new Terminal({ allowProposedApi: true });
  const curtain = new Curtain(terminal as unknown as ConstructorParameters<typeof Curtain>[0]);
  return { terminal, curtain, shows: () => !terminal.modes.synchronizedOutputMode };
}

test('nothing shows until the curtain opens, whatever a program does', async () => {
  const { terminal, curtain, shows } = prepare();
  curtain.draw();
  await written(terminal);
  assert.equal(shows(), false);
  for (const text of ['text', '\x1b[?2026h', '\x1b[?2026l', '\x1b[?2026;0l', '\x1b[?2026h\x1b[?2026l']) {
    await written(terminal, text);
    // What ends with another mode is let through, since that counts too; it is drawn once more.
    if (text.includes(';')) curtain.draw();
    await written(terminal);
    assert.equal(shows(), false, JSON.stringify(text));
  }
  curtain.open();
  await written(terminal);
  assert.equal(shows(), true);
});

test('behind the curtain the mode is as programs left it', async () => {
  for (const [before, during, holds] of [
    ['\x1b[?2026h', '', true], ['\x1b[?2026h', '\x1b[?2026l', false], ['', '\x1b[?2026h', true], ['\x1b[?2026h', '\x1bc', false],
    ['\x1b[?2026h', '\x1b[!p', false], ['', '', false],
  ] as const) {
    const { terminal, curtain, shows } = prepare();
    await written(terminal, before);
    curtain.draw();
    await written(terminal, during);
    curtain.draw(); // as after a reset
    curtain.open();
    await written(terminal);
    assert.equal(shows(), !holds, JSON.stringify([before, during]));
  }
});

test('a program cannot draw it', async () => {
  const { terminal, shows } = prepare();
  await written(terminal, '\x1b[?2026;0h\x1b[?2026;1h');
  await written(terminal, '\x1b[?2026l');
  assert.equal(shows(), true);
});

// Runs in a page before its own scripts. Notes when a key is pressed, and when the last line of the terminal is the one that is waited
// for: parsed = the buffer has it as a frame is asked for; painted = the first task after the frame whose rows show it. Times are in
// milliseconds since 1970, so that those of several pages compare.
window.bench = (() => {
  let rows = null;
  let opened;
  let wanted = null;
  let flood = null;

  const now = () => performance.timeOrigin + performance.now();
  const last = lines => lines.findLast(line => line.trimEnd() !== '')?.trimEnd() ?? '';
  const shown = () => {
    for (let row = rows.lastElementChild; row; row = row.previousElementSibling) {
      const text = row.textContent.replaceAll('\u00a0', ' ').trimEnd();
      if (text !== '') return text;
    }
    return '';
  };

  // CoDA's page has an inspection; others name their xterm.js itself.
  const inspection = () => [...window.coda?.terminals.values() ?? []].at(-1) ?? inspect(window.term);
  const inspect = terminal => {
    const { active } = terminal.buffer;
    const line = y => active.getLine(y).translateToString(true);
    return {
      lines: count => Array.from({ length: Math.min(count, active.length) }, (_, i) => line(Math.max(0, active.length - count) + i)),
      length: () => active.length,
      size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    };
  };
  const parsed = () => last(inspection().lines(inspection().size().rows)) === wanted.text;

  const noteParsed = () => {
    if (rows && wanted?.everyFrame && wanted.parsed === undefined && parsed()) wanted.parsed = now();
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = callback => {
    noteParsed();
    return request(callback);
  };

  const afterFrame = then => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(null);
  };
  // A frame that changed the rows: the renderer works in it, and this is called before it is painted.
  const frame = () => {
    const current = document.querySelector('.xterm-rows');
    if (current !== rows) {
      rows = current;
      opened = now();
    }
    if (!rows) return;
    if (flood && shown() === flood.line && --flood.frames === 0) flood.resolve();
    if (!wanted || wanted.painting || shown() !== wanted.text || !parsed()) return;
    const settled = wanted;
    settled.parsed ??= now();
    settled.painting = true;
    afterFrame(() => {
      settled.painted = now();
      complete(settled);
    });
  };
  new MutationObserver(frame).observe(document, { childList: true, subtree: true });

  const complete = settled => {
    if (inspection().length() < settled.lines) {
      setTimeout(() => complete(settled));
      return;
    }
    const { pressed, parsed, painted } = settled;
    settled.resolve(JSON.stringify({ navigated: performance.timeOrigin, opened, pressed, parsed, painted, complete: now() }));
  };

  addEventListener('keydown', event => {
    // The time at which the browser got the key, not the one at which this thread came to it.
    if (wanted && event.key === wanted.key) wanted.pressed ??= performance.timeOrigin + event.timeStamp;
  }, { capture: true });

  return {
    /** From here on `text` is waited for, after the key `key` was pressed; complete = the buffer has at least so many lines. */
    want(text, key = '', everyFrame = false, lines = 0) {
      wanted = { text, key, everyFrame, lines };
      wanted.promise = new Promise(resolve => wanted.resolve = resolve);
    },
    /** Completes with the times when it was seen. */
    seen: () => wanted.promise,
    /** Completes after so many frames whose last line was `line`. */
    flooded: (line, frames) => new Promise(resolve => flood = { line, frames, resolve }),
    lines: () => inspection().lines(Infinity),
    size: () => inspection().size(),
  };
})();

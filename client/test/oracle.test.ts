import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';

/** Files of xterm that both packages are made of, and in which they may differ: a field that nothing sets, and the name of the version. */
const known = ['common/Version.ts', 'common/buffer/AttributeData.ts', 'common/buffer/BufferLine.ts'];

test('the xterm that the screen model is measured by is made of the same files as that of the pages', () => {
  const { sources, sourcesContent } = JSON.parse(readFileSync('node_modules/@xterm/headless/lib-headless/xterm-headless.mjs.map', 'utf8'));
  const different: string[] = [];
  let compared = 0;
  for (const [index, source] of (sources as string[]).entries()) {
    const name = source.replace(/^.*\bsrc\//, '');
    const ofPages = `node_modules/@xterm/xterm/src/${name}`;
    if (!existsSync(ofPages)) continue;
    compared++;
    if (readFileSync(ofPages, 'utf8') !== sourcesContent[index]) different.push(name);
  }
  assert.ok(compared > 40, `only ${compared} files were found`);
  assert.deepEqual(different.sort(), known);
});

// Bundles a program of this folder, the oracle if none is named, and becomes it; its arguments follow the name.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// The addon for graphemes reads its table from the start of whatever memory Node puts it into: it must be its own, as in a browser.
Buffer.poolSize = 0;

const program = process.argv[2] ?? 'oracle';
const directory = mkdtempSync(join(tmpdir(), 'coda-oracle-'));
const bundle = join(directory, 'oracle.mjs');
try {
  await build({
    entryPoints: [join(dirname(fileURLToPath(import.meta.url)), `${program}.ts`)],
    bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile: bundle, logLevel: 'warning',
  });
  await import(pathToFileURL(bundle));
} finally {
  rmSync(directory, { recursive: true });
}

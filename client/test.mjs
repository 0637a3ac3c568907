// Bundles the tests in test/ and runs them in Node. With a path, failures are appended to it, a line each; the last line is "<passed> <failed>".
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { build } from 'esbuild';

const failures = process.argv[2];
const bundled = mkdtempSync(join(tmpdir(), 'coda-client-'));
let passed = 0;
let failed = 0;
try {
  await build({
    entryPoints: readdirSync('test').filter(name => name.endsWith('.test.ts')).map(name => `test/${name}`),
    bundle: true, platform: 'node', format: 'cjs', target: 'node20', outdir: bundled, outExtension: { '.js': '.cjs' }, logLevel: 'warning',
  });
  const events = run({ files: readdirSync(bundled).map(name => join(bundled, name)), concurrency: true });
  for await (const { type, data } of events) {
    // A file is reported as a test of its own; what it holds counts.
    if (data?.details?.type === 'suite' || data?.nesting === undefined || data.name?.startsWith(bundled)) continue;
    if (type === 'test:pass') passed++;
    if (type === 'test:fail') {
      failed++;
      const why = `${data.details.error?.cause?.message ?? data.details.error?.message}`;
      console.error(`FAILED: client: ${data.name}\n${why}`);
      if (failures) appendFileSync(failures, `FAILED: client: ${data.name}\n  ${why.replaceAll('\n', '\n  ')}\n`);
    }
  }
} finally {
  rmSync(bundled, { recursive: true });
}
console.log(`${passed} ${failed}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

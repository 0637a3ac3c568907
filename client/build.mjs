import { build } from 'esbuild';

const [outdir, configuration] = process.argv.slice(2);
await build({
  entryPoints: ['src/app.ts', 'src/terminal.ts', 'src/player.ts', 'src/xterm.css'],
  bundle: true,
  format: 'esm',
  splitting: true,
  outdir: `${outdir}/js`,
  sourcemap: configuration === 'Debug',
  minify: configuration !== 'Debug',
  target: 'es2022',
  logLevel: 'warning',
});

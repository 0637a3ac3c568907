import { build } from 'esbuild';

const [outdir, configuration] = process.argv.slice(2);
await build({
  entryPoints: {
    'js/app': 'src/app.ts',
    'js/terminal': 'src/terminal.ts',
    'js/player': 'src/player.ts',
    'js/settings-page': 'src/settings-page.ts',
    'js/xterm': 'src/xterm.css',
    // Below the login page, and so before the gate: it shares nothing with the rest.
    'login/sign-in': 'src/sign-in.ts',
  },
  chunkNames: 'js/[name]-[hash]',
  bundle: true,
  format: 'esm',
  splitting: true,
  outdir,
  sourcemap: configuration === 'Debug',
  minify: configuration !== 'Debug',
  target: 'es2022',
  logLevel: 'warning',
});

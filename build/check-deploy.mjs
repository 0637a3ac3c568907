// Packs CoDA for Databricks Apps and starts it as the platform does: an empty home, the platform's variables and no other, no .NET on the
// PATH, a user without rights. Requests come as the platform's do: with its headers, from another user than the server's.
//   node build/check-deploy.mjs        as root; else the server runs as the same user, told to expect its proxy there
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const limit = 10 * 1024 * 1024; // of one file of an app's source
const timeout = 60_000;
const owner = 'owner@example.com';
const isRoot = process.getuid() === 0;
const nobody = isRoot ? 65534 : process.getuid();
const work = mkdtempSync(join(tmpdir(), 'coda-deploy-'));
const [deploy, home] = ['deploy', 'home'].map(name => join(work, name));
let server;

try {
  chmodSync(work, 0o755);
  mkdirSync(home, { mode: 0o700 });
  if (isRoot) {
    chownSync(home, nobody, nobody);
  }

  const packed = spawnSync(join(root, 'build/pack-databricks.sh'), [deploy], { stdio: 'inherit' });
  check(packed.status === 0, 'build/pack-databricks.sh succeeds');
  for (const name of readdirSync(deploy)) {
    check(statSync(join(deploy, name)).size < limit, `${name} has less than ${limit} bytes`);
  }

  // What git ignores is not uploaded; what it tracks is a commit of 55 MB.
  const git = (...words) => spawnSync('git', ['-C', root, ...words], { encoding: 'utf8' });
  if (git('rev-parse').status === 0) {
    const names = readdirSync(deploy).map(name => `deploy/${name}`);
    check(git('check-ignore', '--no-index', ...names).stdout === '', 'git ignores nothing of deploy/');
    check(git('ls-files', '--', 'deploy').stdout === '', 'git tracks nothing of deploy/');
  }

  const version = join(home, '.coda-app', readFileSync(join(deploy, 'version'), 'utf8').trim());
  await start('with an empty home');
  check(readlinkSync(`/proc/${server.pid}/exe`) === join(version, 'Coda.Web'), 'start.sh becomes the server');
  const { structuredContent: result } = await call('coda_run', { agent: 'shell', prompt: 'echo "$((6 * 7)) is the answer"', email: '', wait_seconds: 50 });
  check(result?.status === 'completed' && JSON.stringify(result).includes('42 is the answer'), `coda_run completes: ${JSON.stringify(result)}`);
  await stop();

  // What a program of the same user can have done to the unpacked files since.
  const original = readFileSync(join(version, 'appsettings.json'));
  appendFileSync(join(version, 'appsettings.json'), ' ');
  writeFileSync(join(version, 'appsettings.Production.json'), '{}');
  const older = ['0.0.8', '0.0.9'].map(name => join(home, '.coda-app', name));
  older.forEach(directory => mkdirSync(directory));
  await start('after a program changed its files');
  check(readFileSync(join(version, 'appsettings.json')).equals(original), 'changed files are replaced');
  check(!existsSync(join(version, 'appsettings.Production.json')), 'added files are removed');
  check(readdirSync(join(home, '.coda-app')).length === 2, 'one older version stays');
  await stop();

  await start('once more');
  await stop();

  appendFileSync(join(deploy, 'coda.tar.gz.00'), 'x');
  const refused = run();
  check(await exitOf(refused) === 1, 'a damaged archive is refused');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  server?.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
}

function run(port = 0) {
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    DATABRICKS_HOST: 'workspace.example.com',
    DATABRICKS_WORKSPACE_ID: '1234567890',
    DATABRICKS_APP_NAME: 'mcp-coda',
    DATABRICKS_APP_PORT: `${port}`,
    DATABRICKS_CLIENT_ID: 'client',
    DATABRICKS_CLIENT_SECRET: 'secret',
    APP_OWNER_EMAIL: owner,
    Agents__shell__Delegable: 'true',
    ...(isRoot ? {} : { Access__Proxy__OwnUser: 'true' }),
  };
  const command = ['bash', join(deploy, 'start.sh')];
  const [program, ...words] = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...command] : command;
  return spawn(program, words, { cwd: '/', env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function start(when) {
  const port = await freePort();
  const began = performance.now();
  server = run(port);
  server.address = `http://127.0.0.1:${port}`;
  await until(async () => await (await fetch(`${server.address}/health`)).text() === 'healthy', `/health answers ${when}`);
  console.log(`   after ${Math.round(performance.now() - began)} ms`);
}

async function stop() {
  server.kill('SIGTERM');
  check(await exitOf(server) === 0, 'SIGTERM ends it');
}

async function call(tool, args) {
  const response = await fetch(`${server.address}/mcp`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'Accept': 'application/json, text/event-stream',
      'X-Forwarded-Email': owner, 'X-Forwarded-Host': 'mcp-coda-1234567890.aws.databricksapps.com',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }),
    signal: AbortSignal.timeout(timeout),
  });
  const text = await response.text();
  check(response.status === 200, `${tool} is admitted (${response.status})`);
  const messages = text.startsWith('{') ? [text] : text.split('\n').filter(line => line.startsWith('data: {')).map(line => line.slice(6));
  return messages.map(message => JSON.parse(message)).find(message => message.id === 1)?.result ?? {};
}

async function exitOf(child) {
  await until(() => child.exitCode !== null || child.signalCode !== null, 'it ends');
  return child.exitCode;
}

async function until(condition, what) {
  for (const end = performance.now() + timeout; performance.now() < end;) {
    if (await Promise.resolve().then(condition).catch(() => false)) {
      return check(true, what);
    }

    await new Promise(resolve => setTimeout(resolve, 50));
  }

  check(false, what);
}

function freePort() {
  return new Promise(resolve => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

function check(holds, what) {
  if (!holds) {
    throw new Error(`Not so: ${what}`);
  }

  console.log(`ok ${what}`);
}

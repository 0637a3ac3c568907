using Coda.Core.Terminals;
using Coda.Core.Terminals.Engine;

namespace Coda.Core.Tests.Agents;

/// <summary>
/// A <c>hermes</c> that behaves as its documentation says: its flags and no others, the approval of dangerous commands, its configuration
/// layers, the webhooks it posts, its exit codes. Its model does what the lines of the prompt say: <c>run: COMMAND</c>,
/// <c>ask: QUESTION</c>, <c>delegate: NAME</c> (a subagent's turn), <c>wait: FILE</c>, <c>silence</c> (an empty answer), <c>fail</c> (the
/// provider does).
/// </summary>
internal static class FakeHermes
{
    private const string Program = """
        #!NODE
        const fs = require('fs'), path = require('path'), http = require('http'), crypto = require('crypto');
        const { spawnSync, spawn } = require('child_process');
        const readline = require('readline');
        const env = process.env, home = env.HERMES_HOME || path.join(env.HOME, '.hermes');
        const usage = message => { console.error(`usage: hermes [-h] [--version] {chat,model,gateway,hooks,...} ...\nhermes: error: ${message}`); process.exit(2); };

        // cli-commands.md: global options, then those of chat
        const flags = ['--yolo', '--accept-hooks', '--ignore-user-config', '--ignore-rules', '--safe-mode', '--tui', '--cli', '--oneshot', '-Q', '--quiet', '-v', '--verbose', '-w', '--worktree', '--pass-session-id'];
        const valued = ['-p', '--profile', '-r', '--resume', '--in', '-q', '--query', '--query-file', '-m', '--model', '--provider', '-t', '--toolsets', '-s', '--skills', '--max-turns', '--source'];
        const options = {}, words = [];
        for (let args = process.argv.slice(2); args.length;) {
          const arg = args.shift();
          if (arg === '--version' || arg === '-V') { console.log('Hermes Agent v0.21.3 (2026.9.14)'); process.exit(0); }
          if (flags.includes(arg)) options[arg] = true;
          else if (valued.includes(arg)) { if (!args.length || args[0].startsWith('-')) usage(`argument ${arg}: expected one argument`); options[arg] = args.shift(); }
          else if (arg.startsWith('-')) usage(`unrecognized arguments: ${arg}`);
          else words.push(arg);
        }
        if (words.length > 1) usage(`unrecognized arguments: ${words.slice(1).join(' ')}`);
        if (words.length && words[0] !== 'chat') usage(`argument command: invalid choice: '${words[0]}'`);
        let prompt = options['-q'] ?? options['--query'];
        if (options['--query-file']) { if (prompt !== undefined) usage('argument --query-file: not allowed with argument -q'); prompt = fs.readFileSync(options['--query-file'], 'utf8'); }
        if (options['--oneshot'] && prompt === undefined) usage('--oneshot needs a query');
        const oneshot = options['--oneshot'] || !process.stdin.isTTY || !process.stdout.isTTY;
        const yolo = options['--yolo'] || env.HERMES_YOLO_MODE === '1';

        // Managed scope: the leaves of its config.yaml win over those of the user's.
        const layers = [env.HERMES_MANAGED_DIR, home].filter(Boolean).map(place => path.join(place, 'config.yaml')).filter(file => fs.existsSync(file)).map(file => fs.readFileSync(file, 'utf8'));
        const outbound = (layers.find(text => /^ +outbound:/m.test(text)) ?? '').split(/^ +- /m).slice(1).map(entry => {
          const value = key => (entry.match(new RegExp(`^ *${key}: *(.+)$`, 'm')) ?? [])[1];
          return { url: value('url'), events: value('events').replace(/[[\] ]/g, '').split(','), matcher: value('matcher'), secret: env[value('secret_env')] };
        });
        // One worker posts them in their order; no one waits for it.
        let posting = Promise.resolve();
        const event = (name, extra = {}, tool = null, session = 'sess_1') => {
          for (const target of outbound.filter(target => target.events.includes(name) && (!target.matcher || new RegExp(`^(?:${target.matcher})$`).test(tool)))) {
            const body = JSON.stringify({ hook_event_name: name, profile: 'default', tool_name: tool, tool_input: null, session_id: session, cwd: process.cwd(), extra, delivery_id: crypto.randomUUID().replaceAll('-', ''), timestamp: new Date().toISOString() });
            const attempt = () => new Promise((done, failed) => {
              const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'X-Hermes-Event': name };
              if (target.secret) headers['X-Hermes-Signature-256'] = 'sha256=' + crypto.createHmac('sha256', target.secret).update(body).digest('hex');
              http.request(target.url, { method: 'POST', headers }, answer => { answer.resume(); answer.on('end', done); }).on('error', failed).end(body);
            });
            posting = posting.then(attempt).catch(() => new Promise(later => setTimeout(later, 1000)).then(attempt)).catch(() => {});
          }
        };

        const lines = readline.createInterface({ input: process.stdin, terminal: false });
        const typed = [], readers = [];
        lines.on('line', line => readers.length ? readers.shift()(line) : typed.push(line));
        const read = () => typed.length ? Promise.resolve(typed.shift()) : new Promise(done => readers.push(done));
        const dangerous = command => /\brm\s+-[a-z]*r|chmod 777|\|\s*(ba)?sh\b/.test(command) ? 'recursive delete' : '';
        const blocked = command => /\brm\s+-rf\s+\/(\s|$)/.test(command); // holds in every mode

        async function allowed(command) {
          const why = dangerous(command);
          if (blocked(command)) return false;
          if (!why || yolo) return true;
          if (oneshot) return false; // approvals.single_query_mode: deny
          event('pre_approval_request', { command, description: why, pattern_key: why, surface: 'cli' });
          process.stdout.write(`\n  \u26a0\ufe0f  DANGEROUS COMMAND: ${why}\n      ${command}\n\n      [o]nce  |  [s]ession  |  [a]lways  |  [d]eny\n      Choice [o/s/a/D]: `);
          const choice = { o: 'once', s: 'session', a: 'always' }[(await read()).trim()] ?? 'deny';
          event('post_approval_response', { command, choice, surface: 'cli' });
          return choice !== 'deny';
        }

        async function turn(text) {
          let answer = 'Done.', failed = false;
          event('pre_llm_call', { user_message: text, conversation_history: ['x'.repeat(300000)], is_first_turn: true });
          for (const line of text.split('\n')) {
            const [, what, value] = line.match(/^(run|ask|delegate|wait|silence|fail)(?:: (.*))?$/) ?? [];
            if (what === 'wait') while (!fs.existsSync(value)) await new Promise(later => setTimeout(later, 20));
            if (what === 'silence') answer = '';
            if (what === 'fail') [answer, failed] = ['API call failed after 3 retries: 401 Unauthorized', true];
            if (what === 'delegate') { event('pre_llm_call', {}, null, value); event('on_session_end', { completed: true, interrupted: false, failed: false }, null, value); }
            if (what === 'ask') {
              event('pre_tool_call', {}, 'clarify');
              process.stdout.write(`\n? ${value} `);
              answer = `You said ${await read()}.`;
              event('post_tool_call', {}, 'clarify');
            }
            if (what === 'run') {
              event('pre_tool_call', {}, 'terminal');
              if (await allowed(value)) await new Promise(done => spawn('bash', ['-c', value], { stdio: ['ignore', 'inherit', 'inherit'] }).on('exit', done));
              else answer = `BLOCKED: ${value}`;
              event('post_tool_call', {}, 'terminal');
            }
          }
          event('on_session_end', { completed: !failed, interrupted: false, failed });
          console.log(answer);
          return failed ? 2 : answer ? 0 : 1;
        }

        (async () => {
          if (oneshot) {
            const code = await turn(prompt);
            const results = env.CODA_RESULTS_DIR;
            const status = /^tell$/m.test(prompt) && JSON.stringify({ status: 'completed', summary: fs.readFileSync(0, 'utf8') === '' ? 'told' : 'read something' });
            if (status) fs.writeFileSync(path.join(results, 'result.json'), status);
            await posting;
            process.exit(code);
          }
          console.log(`Hermes Agent v0.21.3, ${outbound.length} outbound webhooks`);
          for (let text = prompt; ; text = await read()) {
            if (text === '/quit') break;
            if (text) await turn(text);
            process.stdout.write('\u276f ');
          }
          event('on_session_finalize', { platform: 'cli' });
          await posting;
          console.log('Goodbye!');
          process.exit(0);
        })();
        """;

    /// <summary>Installs it, with a home of its own; the settings that make a core use it.</summary>
    public static Dictionary<string, string?> Install(string root)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;
        var bin = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        var program = Path.Combine(bin, "hermes");
        File.WriteAllText(program, Program.Replace("NODE", ExecutableSearch.Find("node", path), StringComparison.Ordinal));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(HomeOf(root));
        File.WriteAllText(Path.Combine(HomeOf(root), "config.yaml"), "model:\n  default: fake\n");
        return new()
        {
            ["Agents:hermes:SetEnvironment:PATH"] = $"{bin}:{path}",
            ["Agents:hermes:SetEnvironment:HERMES_HOME"] = HomeOf(root),
            ["Terminals:Shell"] = "/bin/bash",
        };
    }

    /// <summary>Where the user's own configuration lies.</summary>
    public static string HomeOf(string root) => Path.Combine(root, "hermes-home");
}

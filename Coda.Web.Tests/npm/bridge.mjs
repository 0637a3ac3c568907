// The TypeScript SDK's stdio client on the bridge: bridge.mjs <bridge> <label>
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

const [bridge, label] = process.argv.slice(2);
const client = new Client({ name: 'bridge-test', version: '1' }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { username: 'ada', email: 'ada@x.y' } }));
const errors = [];
client.onerror = (error) => errors.push(String(error));
const transport = new StdioClientTransport({ command: bridge, env: process.env });
await client.connect(transport);
const text = (result) => result.content[0].text;

assert.ok((await client.listTools()).tools.some((tool) => tool.name === 'greet'));

// Two calls at once: the short one does not wait for the long one.
const order = [];
const slow = client.callTool({ name: 'slow_compute', arguments: { seconds: 2, label: 'slow' } }).then(() => order.push('slow'));
const quick = client.callTool({ name: 'greet', arguments: { name: 'you' } }).then(() => order.push('quick'));
await Promise.all([slow, quick]);
assert.deepEqual(order, ['quick', 'slow']);

// What the server says in between, and what it asks.
// (Counted before the client, which drops progress that it reads in one piece with the answer.)
const progress = [];
const receive = transport.onmessage;
transport.onmessage = (message, extra) => {
  if (message.method === 'notifications/progress') {
    progress.push(message.params.progress);
  }
  receive(message, extra);
};
await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, { onprogress: () => {} });
assert.deepEqual(progress, [0, 50, 100]);
assert.match(text(await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who?' } })), /ada@x\.y/);

// What it says when nobody asked, on the session's own stream, as soon as that is open.
let changes = 0;
client.setNotificationHandler(ToolListChangedNotificationSchema, () => { changes++; });
for (const deadline = Date.now() + 30_000; changes === 0 && Date.now() < deadline;) {
  await client.callTool({ name: 'test_trigger_tool_change', arguments: {} });
  await client.ping();
}
assert.ok(changes > 0);

// A stream that breaks off is taken up again.
assert.match(text(await client.callTool({ name: 'test_reconnection', arguments: {} })), /success/);

// A call that is cancelled ends on the server, too; the caller waits for that.
const controller = new AbortController();
const long = client.callTool({ name: 'slow_compute', arguments: { seconds: 600, label } }, undefined, { signal: controller.signal });
await client.callTool({ name: 'greet', arguments: { name: 'again' } });
controller.abort();
await assert.rejects(long);
assert.equal(text(await client.callTool({ name: 'greet', arguments: { name: 'you' } })), 'Hello, you!');

// The client complains of the progress that it drops itself, see above.
const dropped = 'Error: Received a progress notification for an unknown token';
assert.deepEqual(errors.filter((error) => !error.startsWith(dropped)), []);
await client.close();
console.log('all as expected');

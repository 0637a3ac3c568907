// What both clients do: use the server, say so, wait for a line that says it was restarted, use it again.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';

export async function throughRestart(client, transport) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const errors = [];
  client.onerror = (error) => errors.push(String(error));
  await client.connect(transport);
  await use(client);
  console.log('used');
  await lines.next();
  await use(client);
  await use(client);
  assert.deepEqual(errors, []);
  await client.close();
  console.log('used again');
  process.exit(0);
}

async function use(client) {
  const { tools } = await client.listTools();
  assert.ok(tools.some((tool) => tool.name === 'coda_run'));
  const inbox = await client.callTool({ name: 'coda_inbox', arguments: {} });
  assert.equal(inbox.isError ?? false, false);
  assert.equal(inbox.structuredContent.total, 0);
}

// A call that is under way when the server dies: it must end with an error once the server is back, and not with the client's own time-out.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [url, token] = process.argv.slice(2);
const client = new Client({ name: 'lost-call', version: '1' });
const transport = new StreamableHTTPClientTransport(new URL(url), {
  requestInit: { headers: { Authorization: `Bearer ${token}` } },
  reconnectionOptions: { initialReconnectionDelay: 200, maxReconnectionDelay: 500, reconnectionDelayGrowFactor: 1.2, maxRetries: 100 },
});
client.onerror = () => {};
await client.connect(transport);
const call = client.callTool(
  { name: 'coda_run', arguments: { prompt: 'touch began; sleep 1000', email: '', agent: 'shell', wait_seconds: 50 } },
  undefined,
  { timeout: 600_000 },
);
console.log('calling');
await assert.rejects(call, /answer is lost/);
console.log('ended');
process.exit(0);

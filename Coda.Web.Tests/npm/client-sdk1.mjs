// The TypeScript SDK 1.x, through a restart of the server: client-sdk1.mjs <url> <token>
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { throughRestart } from './through-restart.mjs';

const [url, token] = process.argv.slice(2);
const client = new Client({ name: 'sdk1-test', version: '1' });
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
await throughRestart(client, transport);

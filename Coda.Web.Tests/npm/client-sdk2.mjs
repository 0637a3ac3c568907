// The TypeScript client 2.x in one of its modes, through a restart of the server: client-sdk2.mjs <url> <token> <legacy|auto>
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { throughRestart } from './through-restart.mjs';

const [url, token, mode] = process.argv.slice(2);
const client = new Client({ name: 'sdk2-test', version: '1' }, { versionNegotiation: { mode } });
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
await throughRestart(client, transport);

// From an SVID in files to a tool's result, each step as the standards have it: the agent refuses and says where its metadata is (RFC 9728), that names the
// authorization server, whose metadata names the token endpoint (RFC 8414), which exchanges the JWT-SVID for a token bound to the X509-SVID (RFC 8693, 8705).
// usage: node mcp-by-hand.mjs FOLDER AGENT_URL SPIFFE_ID_OF_AGENT SPIFFE_ID_OF_AUTHORIZATION_SERVER SCOPE [TOOL ARGUMENTS_AS_JSON]
// FOLDER has what spire-agent api fetch writes: svid.0.pem, svid.0.key, bundle.0.pem and jwt.json, for the issuer as audience.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { tlsFetch } from './tls-fetch.mjs';

const [folder, url, agent, server, scope, tool, given] = process.argv.slice(2);
const file = (name) => readFileSync(join(folder, name), 'utf8');
const tls = { cert: file('svid.0.pem'), key: file('svid.0.key'), ca: file('bundle.0.pem') };
const toAgent = tlsFetch({ ...tls, serverUri: agent });
const toServer = tlsFetch({ ...tls, serverUri: server });

const endpoint = new URL('mcp', url);
const refused = await toAgent(endpoint, { method: 'POST' });
const [, metadataUrl] = refused.headers.get('www-authenticate').match(/resource_metadata="([^"]+)"/);
const resource = await (await toAgent(metadataUrl)).json();
if (resource.resource !== endpoint.href) throw new Error(`The metadata is of ${resource.resource}, not of ${endpoint}.`);
const [issuer] = resource.authorization_servers;
const { token_endpoint } = await (await toServer(new URL('.well-known/oauth-authorization-server', issuer))).json();

const form = new URLSearchParams({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: JSON.parse(file('jwt.json'))[0].svids[0].svid,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  audience: agent,
  scope,
}).toString();
const answer = await (await toServer(token_endpoint, {
  method: 'POST', body: form, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
})).json();
if (!answer.access_token) throw new Error(`No token: ${answer.error}: ${answer.error_description}`);

const client = new Client({ name: 'by-hand', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(endpoint, {
  requestInit: { headers: { Authorization: `Bearer ${answer.access_token}` } },
  fetch: (input, init = {}) => toAgent(input, { ...init, headers: Object.fromEntries(new Headers(init.headers)) }),
}));
const { tools } = await client.listTools();
for (const { name, description } of tools) console.log(`${name}: ${description}`);
if (tool) console.log(JSON.stringify((await client.callTool({ name: tool, arguments: JSON.parse(given ?? '{}') })).structuredContent));
await client.close();
process.exit(0);

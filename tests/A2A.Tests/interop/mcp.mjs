// Uses an agent's MCP server through the protocol's own SDK: lists the tools, calls one with progress, calls one wrongly, and one that is not listed.
// usage: node mcp.mjs, with {"url":"https://…/mcp","headers":{"Authorization":"Bearer …"},"tls":{"cert":…,"key":…,"ca":…,"serverUri":…},
// "tool":…,"arguments":{…},"bad":{…},"forbidden":…} on its input.
import { text as read } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { tlsFetch } from './tls-fetch.mjs';

const { url, headers, tls, tool, arguments: given, bad, forbidden } = JSON.parse(await read(process.stdin));
const overTls = tlsFetch(tls);
const client = new Client({ name: 'interop', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), {
  requestInit: { headers },
  fetch: (input, init = {}) => overTls(input, { ...init, headers: Object.fromEntries(new Headers(init.headers)) }),
}));

const words = [];
const { tools } = await client.listTools();
const called = await client.callTool({ name: tool, arguments: given }, undefined, { onprogress: ({ message }) => words.push(message) });
const failed = await client.callTool({ name: tool, arguments: bad });
const refused = await client.callTool({ name: forbidden, arguments: {} }).then(() => 'none', (e) => e.code);

console.log(JSON.stringify({
  server: client.getServerVersion().name,
  tools: tools.map(({ name }) => name).sort(),
  structured: called.structuredContent,
  progress: words,
  failed: failed.isError === true,
  refused,
}));
await client.close();
process.exit(0);

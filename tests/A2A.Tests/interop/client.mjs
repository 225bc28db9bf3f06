// Runs every operation of A2A 1.0 through the SDK's client and prints what came of each as one JSON object.
// usage: node client.mjs, with {"url":"http://127.0.0.1:1","binding":"JSONRPC","headers":{"X-Caller":"alice"}} on its input;
// "tls":{"cert":…,"key":…,"ca":…,"serverUri":…} makes it mutual TLS.
import { randomUUID } from 'node:crypto';
import { text as read } from 'node:stream/consumers';
import { Role, TaskState } from '@a2a-js/sdk';
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { tlsFetch } from './tls-fetch.mjs';

const { url, binding, headers, tls } = JSON.parse(await read(process.stdin));
const plainFetch = tls ? tlsFetch(tls) : fetch;
const fetchImpl = (input, init = {}) => plainFetch(input, { ...init, headers: { ...init.headers, ...headers } });
const factory = new ClientFactory({
  transports: [new JsonRpcTransportFactory({ fetchImpl }), new RestTransportFactory({ fetchImpl })],
  preferredTransports: [binding],
  cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
});
const client = await factory.createFromUrl(url);

const send = (text, more = {}, configuration = {}, part = {}) => ({
  tenant: '',
  message: {
    messageId: randomUUID(), role: Role.ROLE_USER, contextId: '', taskId: '', extensions: [], referenceTaskIds: [],
    parts: [{ content: { $case: 'text', value: text }, filename: '', mediaType: '', ...part }], ...more,
  },
  configuration: { acceptedOutputModes: [], returnImmediately: false, ...configuration },
});
const state = (task) => TaskState[task.status.state];
const text = (parts) => parts.map((part) => part.content.value).join('');
const error = async (action) => {
  try {
    await action();
    return 'none';
  } catch (e) {
    return e.cause?.name ?? e.name;
  }
};
const drain = async (events) => {
  const kinds = [];
  for await (const { payload } of events) kinds.push(payload);
  return kinds;
};

const result = { protocol: client.transport.protocolName, card: client.agentCard.name };

const echoed = await client.sendMessage(send('echo me'));
result.send = { state: state(echoed), artifact: text(echoed.artifacts[0].parts), history: echoed.history.length };
result.message = text((await client.sendMessage(send('hello'))).parts);

const streamed = await drain(client.sendMessageStream(send('progress')));
result.stream = {
  first: streamed[0].$case,
  progress: streamed.flatMap(({ value }) => value.status?.message?.parts ?? []).filter((part) => part.content.$case === 'data').map((part) => part.content.value.progress),
  last: state(streamed.at(-1).value),
};
const chunked = await drain(client.sendMessageStream(send('chunks 50')));
result.chunks = text(chunked.filter(({ $case }) => $case === 'artifactUpdate').flatMap(({ value }) => value.artifact.parts)) === [...Array(50).keys()].join('');

const got = await client.getTask({ tenant: '', id: echoed.id, historyLength: 0 });
result.get = { state: state(got), history: got.history.length };

const listed = [];
let page;
do {
  page = await client.listTasks({ tenant: '', contextId: '', status: 0, pageSize: 2, pageToken: page?.nextPageToken ?? '', historyLength: 0, includeArtifacts: true });
  listed.push(...page.tasks.map((task) => task.id));
} while (page.nextPageToken);
result.list = { count: listed.length, distinct: new Set(listed).size, total: page.totalSize, hasFirst: listed.includes(echoed.id) };
const completed = await client.listTasks({ tenant: '', contextId: echoed.contextId, status: TaskState.TASK_STATE_COMPLETED, pageToken: '' });
result.listFiltered = completed.tasks.map((task) => task.id === echoed.id);

const asked = await client.sendMessage(send('ask'));
const subscription = client.resubscribeTask({ tenant: '', id: asked.id });
const first = await subscription.next();
const answered = await client.sendMessage(send('echo that', { taskId: asked.id, contextId: asked.contextId }));
const rest = await drain(subscription);
result.subscribe = { asked: state(asked), first: first.value.payload.$case, answered: state(answered), last: state(rest.at(-1).value) };

const stubborn = await client.sendMessage(send('stubborn', {}, { returnImmediately: true }));
result.cancel = state(await client.cancelTask({ tenant: '', id: stubborn.id, metadata: undefined }));

const config = { tenant: '', id: 'mine', taskId: asked.id, url: 'https://hooks.example/a2a', token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
const key = { tenant: '', taskId: asked.id, id: 'mine' };
const all = { tenant: '', taskId: asked.id, pageSize: 0, pageToken: '' };
result.push = {
  created: (await client.createTaskPushNotificationConfig(config)).id,
  got: (await client.getTaskPushNotificationConfig(key)).url,
  listed: (await client.listTaskPushNotificationConfig(all)).configs.length,
};
await client.deleteTaskPushNotificationConfig(key);
result.push.left = (await client.listTaskPushNotificationConfig(all)).configs.length;

result.extendedCard = (await client.getAgentCard()).description;

result.errors = {
  getUnknown: await error(() => client.getTask({ tenant: '', id: 'unknown' })),
  cancelUnknown: await error(() => client.cancelTask({ tenant: '', id: 'unknown' })),
  cancelEnded: await error(() => client.cancelTask({ tenant: '', id: echoed.id })),
  sendToEnded: await error(() => client.sendMessage(send('more', { taskId: echoed.id, contextId: echoed.contextId }))),
  sendToUnknown: await error(() => client.sendMessage(send('more', { taskId: 'unknown' }))),
  streamToEnded: await error(() => drain(client.sendMessageStream(send('more', { taskId: echoed.id, contextId: echoed.contextId })))),
  subscribeEnded: await error(() => drain(client.resubscribeTask({ tenant: '', id: echoed.id }))),
  contextMismatch: await error(() => client.sendMessage(send('more', { taskId: asked.id, contextId: 'other' }))),
  mediaType: await error(() => client.sendMessage(send('x', {}, {}, { mediaType: 'image/png' }))),
  noParts: await error(() => client.sendMessage(send('x', { parts: [] }))),
  pageSize: await error(() => client.listTasks({ tenant: '', contextId: '', pageSize: 1000, pageToken: '' })),
  deletedConfig: await error(() => client.getTaskPushNotificationConfig(key)),
  webhookInside: await error(() => client.createTaskPushNotificationConfig({ ...config, url: 'https://127.0.0.1/' })),
};

console.log(JSON.stringify(result));
process.exit(0);

// Uses one skill of a real agent through the SDK's client, over mutual TLS with a token, and prints what came of each operation as one JSON object.
// usage: node agent.mjs, with {"url":…,"binding":"JSONRPC","headers":{"Authorization":…},"tls":{"cert":…,"key":…,"ca":…,"serverUri":…},
// "skill":…,"data":…,"bad":…,"forbidden":…,"waiting":…} on its input: data is a good request of the skill, bad one that it rejects, forbidden a skill
// beyond the token; waiting, where there is one, is a request whose task waits for a person, so that it is followed and canceled for certain.
import { randomUUID } from 'node:crypto';
import { text as read } from 'node:stream/consumers';
import { Role, TaskState } from '@a2a-js/sdk';
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { tlsFetch } from './tls-fetch.mjs';

const { url, binding, headers, tls, skill, data, bad, forbidden, waiting } = JSON.parse(await read(process.stdin));
const plainFetch = tlsFetch(tls);
const fetchImpl = (input, init = {}) => plainFetch(input, { ...init, headers: { ...init.headers, ...headers } });
const factory = new ClientFactory({
  transports: [new JsonRpcTransportFactory({ fetchImpl }), new RestTransportFactory({ fetchImpl })],
  preferredTransports: [binding],
  cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
});
const client = await factory.createFromUrl(url);

const send = (value, more = {}, configuration = {}, named = skill) => ({
  tenant: '',
  message: {
    messageId: randomUUID(), role: Role.ROLE_USER, contextId: '', taskId: '', extensions: [], referenceTaskIds: [], metadata: { skill: named },
    parts: [{ content: { $case: 'data', value }, filename: '', mediaType: '' }], ...more,
  },
  configuration: { acceptedOutputModes: [], returnImmediately: false, ...configuration },
});
const state = (task) => TaskState[task.status.state];
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

const card = client.agentCard;
const result = { protocol: client.transport.protocolName, card: card.name, skills: card.skills.map((each) => each.id), schemes: Object.keys(card.securitySchemes).sort() };

const done = await client.sendMessage(send(data));
result.send = { state: state(done), result: done.artifacts[0].parts[0].content.$case };

const streamed = await drain(client.sendMessageStream(send(data)));
result.stream = { first: streamed[0].$case, artifacts: streamed.filter(({ $case }) => $case === 'artifactUpdate').length, last: state(streamed.at(-1).value) };

const rejected = await client.sendMessage(send(bad));
result.rejected = state(rejected);

result.get = state(await client.getTask({ tenant: '', id: done.id, historyLength: 0 }));

const listed = await client.listTasks({ tenant: '', contextId: '', status: 0, pageSize: 100, pageToken: '', historyLength: 0, includeArtifacts: false });
result.list = [done.id, rejected.id].every((id) => listed.tasks.some((task) => task.id === id));

// Whatever state the task is in when the next request arrives, each of these ends in one of two ways that the protocol foresees.
const begun = await client.sendMessage(send(data, {}, { returnImmediately: true }));
const followed = await error(async () => {
  const events = await drain(client.resubscribeTask({ tenant: '', id: begun.id }));
  if (events[0].$case !== 'task' || !['TASK_STATE_COMPLETED'].includes(state(events.at(-1).value))) throw new Error('not followed to its end');
});
result.subscribe = ['none', 'UnsupportedOperationError'].includes(followed);
const stopped = await client.sendMessage(send(data, {}, { returnImmediately: true }));
let canceled;
const cancel = await error(async () => { canceled = state(await client.cancelTask({ tenant: '', id: stopped.id, metadata: undefined })); });
result.cancel = canceled === 'TASK_STATE_CANCELED' || cancel === 'TaskNotCancelableError';

if (waiting) {
  const asking = client.sendMessageStream(send(waiting));
  let told;
  do ({ payload: told } = (await asking.next()).value); while (told.value.status?.state !== TaskState.TASK_STATE_AUTH_REQUIRED);
  const id = told.value.taskId;
  const following = client.resubscribeTask({ tenant: '', id });
  const first = (await following.next()).value.payload;
  const ended = await client.cancelTask({ tenant: '', id, metadata: undefined });
  result.waiting = {
    first: first.$case, awaited: state(first.value), canceled: state(ended),
    followers: (await Promise.all([drain(asking), drain(following)])).map((rest) => state(rest.at(-1).value)),
  };
}

const config = { tenant: '', id: 'mine', taskId: done.id, url: 'https://hooks.example/a2a', token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
const key = { tenant: '', taskId: done.id, id: 'mine' };
const all = { tenant: '', taskId: done.id, pageSize: 0, pageToken: '' };
result.push = {
  created: (await client.createTaskPushNotificationConfig(config)).id,
  got: (await client.getTaskPushNotificationConfig(key)).url,
  listed: (await client.listTaskPushNotificationConfig(all)).configs.length,
};
await client.deleteTaskPushNotificationConfig(key);
result.push.left = (await client.listTaskPushNotificationConfig(all)).configs.length;

result.extendedCard = (await client.getAgentCard()).skills.map((each) => each.id);

result.errors = {
  getUnknown: await error(() => client.getTask({ tenant: '', id: 'unknown' })),
  cancelEnded: await error(() => client.cancelTask({ tenant: '', id: done.id })),
  sendToEnded: await error(() => client.sendMessage(send(data, { taskId: done.id, contextId: done.contextId }))),
  subscribeEnded: await error(() => drain(client.resubscribeTask({ tenant: '', id: done.id }))),
  noParts: await error(() => client.sendMessage(send(data, { parts: [] }))),
  noSuchSkill: await error(() => client.sendMessage(send(data, {}, {}, 'nothing'))),
  pageSize: await error(() => client.listTasks({ tenant: '', contextId: '', pageSize: 1000, pageToken: '' })),
  deletedConfig: await error(() => client.getTaskPushNotificationConfig(key)),
  webhookInside: await error(() => client.createTaskPushNotificationConfig({ tenant: '', id: 'mine', taskId: done.id, url: 'https://127.0.0.1/', token: '', authentication: undefined })),
  forbidden: (await error(() => client.sendMessage(send(data, {}, {}, forbidden)))) !== 'none',
};

console.log(JSON.stringify(result));
process.exit(0);

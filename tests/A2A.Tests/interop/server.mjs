// An agent on the SDK's server, both bindings on a port of loopback; prints {"port":…} when it listens and ends with its stdin.
import { randomUUID } from 'node:crypto';
import express from 'express';
import { Role, TaskState } from '@a2a-js/sdk';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, InMemoryPushNotificationStore, DefaultPushNotificationSender } from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express';

const running = new Map();
const part = (text) => ({ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' });
const message = (text, ids) => ({ messageId: randomUUID(), role: Role.ROLE_AGENT, parts: [part(text)], metadata: undefined, extensions: [], referenceTaskIds: [], ...ids });

const executor = {
  async execute({ userMessage, taskId, contextId, task }, bus) {
    const ids = { taskId, contextId };
    const words = userMessage.parts.map((each) => each.content?.value).join(' ').split(' ');
    const status = (state, text) => bus.publish(AgentEvent.statusUpdate({
      ...ids, metadata: undefined,
      status: { state, timestamp: new Date().toISOString(), message: text ? message(text, ids) : undefined },
    }));
    if (words[0] === 'hello') {
      bus.publish(AgentEvent.message(message('hello yourself', { taskId: '', contextId })));
      bus.finished();
      return;
    }
    bus.publish(AgentEvent.task(task ?? {
      id: taskId, contextId, metadata: undefined, artifacts: [], history: [userMessage],
      status: { state: TaskState.TASK_STATE_SUBMITTED, timestamp: new Date().toISOString(), message: undefined },
    }));
    status(TaskState.TASK_STATE_WORKING, 'working');
    if (words[0] === 'ask') {
      status(TaskState.TASK_STATE_INPUT_REQUIRED, 'Which one?');
    } else if (words[0] === 'stubborn') {
      await new Promise((resolve) => running.set(taskId, resolve));
      status(TaskState.TASK_STATE_CANCELED);
    } else {
      for (const [i, word] of words.entries())
        bus.publish(AgentEvent.artifactUpdate({
          ...ids, metadata: undefined, append: i > 0, lastChunk: i === words.length - 1,
          artifact: { artifactId: 'echo', name: 'echo', description: '', parts: [part(word)], metadata: undefined, extensions: [] },
        }));
      status(TaskState.TASK_STATE_COMPLETED);
    }
    bus.finished();
  },
  async cancelTask(taskId) {
    running.get(taskId)?.();
  },
};

const app = express();
const listener = app.listen(0, '127.0.0.1', () => {
  const { port } = listener.address();
  const url = `http://127.0.0.1:${port}`;
  const card = {
    name: 'sdk', description: 'An agent on the SDK.', version: '1.0.0', provider: undefined, securitySchemes: {}, securityRequirements: [], signatures: [],
    supportedInterfaces: [
      { url: `${url}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' },
      { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0', tenant: '' },
    ],
    capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false, extensions: [] },
    defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
    skills: [{ id: 'echo', name: 'Echo', description: 'Says it again.', tags: ['echo'], examples: [], inputModes: [], outputModes: [], securityRequirements: [] }],
  };
  const store = new InMemoryPushNotificationStore();
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor, undefined, store, new DefaultPushNotificationSender(store));
  const options = { requestHandler, userBuilder: UserBuilder.noAuthentication };
  app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }));
  app.use('/rpc', jsonRpcHandler(options));
  app.use('/rest', restHandler(options));
  console.log(JSON.stringify({ port }));
});
process.stdin.resume().on('end', () => process.exit(0));

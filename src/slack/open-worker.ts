import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readGuardrails } from '../adapters/dynamodb-guardrails.ts';
import { wait } from '../adapters/system-clock.ts';
import { decideOn } from '../controller/decide.ts';
import { groupsOf } from '../controller/approve-with-proof.ts';
import type { Controller } from '../controller/controller.ts';
import type { WorkPorts } from './ports.ts';
import { replier } from './reply.ts';

const replyTimeoutMs = 5_000;

/** The worker's way to the rest of the controller. */
export function workPorts(controller: Controller): WorkPorts {
  const { aws, control, environment, ports } = controller;
  const { stage, account, slackApi } = environment;
  return {
    stage,
    account,
    now: () => ports.clock.now(),
    guardrails: () => readGuardrails(control, stage),
    readGroups: groupsOf(controller),
    decide: (request) => decideOn(controller, request),
    reply: replier({ baseUrl: slackApi, timeoutMs: replyTimeoutMs, wait }),
    invoke: async (name, message) => {
      const functionName = `inoculate-${stage}-${name}`;
      const { Payload, FunctionError } = await aws
        .get(LambdaClient)
        .send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(message) }));
      const text = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${text.slice(0, 500)}`);
      return JSON.parse(text) as unknown;
    },
  };
}

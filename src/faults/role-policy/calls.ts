import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import { answerOf, type RolePolicyAnswer, type RolePolicyRequest } from './protocol.ts';

export type PolicyOfRole = Extract<RolePolicyAnswer, { outcome: 'read' }> | 'no-role';

type Names = Pick<RolePolicyRequest, 'role' | 'policyName'>;

export interface RolePolicyCalls {
  get(names: Names, signal: AbortSignal): Promise<PolicyOfRole>;
  put(names: Names, document: string, signal: AbortSignal): Promise<void>;
  delete(names: Names, signal: AbortSignal): Promise<void>;
}

/** Policies of roles, by the function that alone has the right to them. */
export function rolePolicyCalls(aws: AwsClients, functionName: string): RolePolicyCalls {
  const reader = aws.get(LambdaClient);
  const writer = aws.sendingOnce(LambdaClient);
  return {
    async get({ role, policyName }, signal) {
      const answer = await ask(reader, { op: 'get', role, policyName }, signal);
      if (answer.outcome === 'no-role') return 'no-role';
      if (answer.outcome === 'read') return answer;
      throw new Error(`Odd answer to get: ${JSON.stringify(answer)}`);
    },
    async put({ role, policyName }, document, signal) {
      const { outcome } = await ask(writer, { op: 'put', role, policyName, document }, signal);
      if (outcome === 'no-role')
        throw new EffectError('absent', `Role ${role} does not exist`, { unknown: false });
    },
    async delete({ role, policyName }, signal) {
      await ask(writer, { op: 'delete', role, policyName }, signal);
    },
  };

  async function ask(
    client: LambdaClient,
    request: RolePolicyRequest,
    signal: AbortSignal,
  ): Promise<Exclude<RolePolicyAnswer, { outcome: 'failed' }>> {
    if (functionName === '')
      throw new EffectError(
        'not-enabled',
        'The controller was deployed without policies of roles. Set custom.inoculate.rolePolicies to true in its serverless.yml, or deploy with --param rolePolicies=true',
        { unknown: false },
      );
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
      { abortSignal: signal },
    );
    const text = Payload === undefined ? 'null' : Buffer.from(Payload).toString();
    // It may have been cut off in the middle of its call.
    if (FunctionError !== undefined)
      throw new EffectError('no-answer', `${functionName} failed: ${text}`, {
        unknown: request.op !== 'get',
      });
    const answer = answerOf(JSON.parse(text));
    if (answer.outcome === 'failed')
      throw new EffectError(answer.code, answer.message, { unknown: answer.unknown });
    return answer;
  }
}

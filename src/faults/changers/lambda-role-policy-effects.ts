import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListFunctions,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { Json, ReadResult } from '../../engine/ports.ts';
import type { AppliedContext, ChangeContext, Effects } from '../module.ts';
import { denyDocument, problemOf } from '../role-policy/document.ts';
import { type PolicyOfRole, rolePolicyCalls } from '../role-policy/calls.ts';
import { withoutChange } from './aws-errors.ts';

interface Undo {
  readonly role: string;
  readonly policyName: string;
  readonly document: string;
}

/**
 * `functionName` is the function that puts policies on roles; empty where the controller was deployed without
 * `rolePolicies: true`.
 */
export function open(aws: AwsClients, functionName: string): Effects {
  const reader = aws.get(LambdaClient);
  const policies = rolePolicyCalls(aws, functionName);
  return {
    async capture(context) {
      const role = await roleOf(context);
      const document = documentOf(context);
      await refuseShared(role, context);
      const policyName = context.marker;
      const now = await policies.get({ role: nameOf(role), policyName }, context.signal);
      refuseRole(now, nameOf(role));
      return { role: nameOf(role), policyName, document } satisfies Undo;
    },

    async apply(context) {
      const undo = undoOf(context.undo);
      const now = await withoutChange(`Reading role ${undo.role}`, async () => {
        const role = nameOf(await roleOf(context));
        if (role !== undo.role)
          throw refused('changed-meanwhile', `${context.target.id} now has role ${role}, not ${undo.role}`);
        return policies.get(undo, context.signal);
      });
      if (now === 'no-role') throw refused('absent', `Role ${undo.role} does not exist`);
      if (now.document === null) await policies.put(undo, undo.document, context.signal);
    },

    async revert(context) {
      const undo = undoOf(context.undo);
      const now = await policies.get(undo, context.signal);
      if (now !== 'no-role' && now.document !== null) await policies.delete(undo, context.signal);
      return readBack(context);
    },

    readBack,
  };

  async function readBack({ undo, signal }: AppliedContext): Promise<ReadResult> {
    const { role, policyName } = undoOf(undo);
    const now = await policies.get({ role, policyName }, signal);
    if (now === 'no-role') return { read: 'absent', detail: '' };
    return now.document === null
      ? { read: 'clean', detail: '' }
      : { read: 'ours', detail: `role ${role} has policy ${policyName}` };
  }

  /** The ARN of the function's role. */
  async function roleOf({ target, signal }: ChangeContext): Promise<string> {
    try {
      const { Role } = await reader.send(new GetFunctionConfigurationCommand({ FunctionName: target.id }), {
        abortSignal: signal,
      });
      if (Role !== undefined) return Role;
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      throw refused('absent', `${target.arn} does not exist`);
    }
    throw refused('absent', `Lambda told no role of ${target.id}`);
  }

  async function refuseShared(role: string, { target, signal }: ChangeContext): Promise<void> {
    for await (const { Functions = [] } of paginateListFunctions(
      { client: reader },
      {},
      { abortSignal: signal },
    )) {
      const other = Functions.find(({ Role, FunctionName }) => Role === role && FunctionName !== target.id);
      if (other !== undefined)
        throw refused(
          'shared-role',
          `${other.FunctionName} has role ${nameOf(role)}, too, and would be denied as well: give ${target.id} a role of its own`,
        );
    }
  }
}

function documentOf({ faults, target }: ChangeContext): string {
  const partition = target.arn.split(':')[1] ?? 'aws';
  const document = denyDocument(
    faults.flatMap((fault) => (fault.kind === 'lambda.dependency-denied' ? [fault] : [])),
    partition,
  );
  const problem = problemOf(document, partition);
  if (problem !== null) throw refused('refused-document', `Not for the role of ${target.id}: ${problem}`);
  return document;
}

function refuseRole(now: PolicyOfRole, role: string): void {
  if (now === 'no-role') throw refused('absent', `Role ${role} does not exist`);
  if (!now.optedIn) throw refused('not-opted-in', `Role ${role} does not carry the opt-in tag`);
  if (now.others.length > 0)
    throw refused('shared-role', `Not only Lambda may take role ${role}: ${now.others.join(', ')}`);
  if (now.document !== null) throw refused('not-restorable', `Role ${role} has the policy already`);
}

function nameOf(roleArn: string): string {
  return roleArn.split('/').at(-1) ?? roleArn;
}

/** As `capture` stored it; a record of another form means that nothing may be done. */
function undoOf(undo: Json): Undo {
  if (
    typeof undo === 'object' &&
    undo !== null &&
    'role' in undo &&
    'policyName' in undo &&
    'document' in undo
  ) {
    const { role, policyName, document } = undo;
    if (typeof role === 'string' && typeof policyName === 'string' && typeof document === 'string')
      return { role, policyName, document };
  }
  throw refused('bad-undo-record', `Not an undo record of a role's policy: ${JSON.stringify(undo)}`);
}

function refused(code: string, message: string): EffectError {
  return new EffectError(code, message, { unknown: false });
}

import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  NoSuchEntityException,
  PutRolePolicyCommand,
  type Role,
} from '@aws-sdk/client-iam';
import type { AwsClients } from '../../aws/clients.ts';
import { isOptedIn } from '../../aws/opt-in.ts';
import { effectErrorOf, withoutChange } from '../changers/aws-errors.ts';
import { problemOf } from './document.ts';
import { requestOf, type RolePolicyAnswer, type RolePolicyRequest } from './protocol.ts';

/**
 * Puts, gets and removes policies of roles for the rest of the controller, which has no right to: `iam:PutRolePolicy`
 * cannot be limited to policies that deny. Whoever can invoke it gets no more than that.
 */
export function rolePolicyService(aws: AwsClients): (event: unknown) => Promise<RolePolicyAnswer> {
  const reader = aws.get(IAMClient);
  const writer = aws.sendingOnce(IAMClient);
  return async (event) => {
    const request = requestOf(event);
    try {
      const role = await withoutChange(`Reading role ${request.role}`, () => roleOf(reader, request.role));
      return role === null ? { outcome: 'no-role' } : await carryOut(reader, writer, request, role);
    } catch (error) {
      const { code, message, unknown } = effectErrorOf(error, `${request.op} on role ${request.role}`);
      return { outcome: 'failed', code, message, unknown: unknown && request.op !== 'get' };
    }
  };
}

async function carryOut(
  reader: IAMClient,
  writer: IAMClient,
  request: RolePolicyRequest,
  role: Role,
): Promise<RolePolicyAnswer> {
  const names = { RoleName: request.role, PolicyName: request.policyName };
  switch (request.op) {
    case 'get':
      return {
        outcome: 'read',
        optedIn: isRoleOptedIn(role),
        others: othersOf(role),
        document: await documentOf(reader, names),
      };
    case 'put': {
      const why = refusalOf(role, request.document);
      if (why !== null) return { outcome: 'failed', ...why, unknown: false };
      await writer.send(new PutRolePolicyCommand({ ...names, PolicyDocument: request.document }));
      return { outcome: 'done' };
    }
    case 'delete':
      try {
        await writer.send(new DeleteRolePolicyCommand(names));
      } catch (error) {
        if (!(error instanceof NoSuchEntityException)) throw error;
      }
      return { outcome: 'done' };
  }
}

function refusalOf(role: Role, document: string): { readonly code: string; readonly message: string } | null {
  const name = role.RoleName ?? '';
  if (name.startsWith('inoculate-'))
    return { code: 'own-role', message: `Role ${name} belongs to the controller itself` };
  if (!isRoleOptedIn(role))
    return { code: 'not-opted-in', message: `Role ${name} does not carry the opt-in tag` };
  const problem = problemOf(document, role.Arn?.split(':')[1] ?? 'aws');
  return problem === null
    ? null
    : { code: 'refused-document', message: `Not put on role ${name}: ${problem}` };
}

async function roleOf(reader: IAMClient, RoleName: string): Promise<Role | null> {
  try {
    const { Role } = await reader.send(new GetRoleCommand({ RoleName }));
    return Role ?? null;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return null;
    throw error;
  }
}

async function documentOf(
  reader: IAMClient,
  names: { readonly RoleName: string; readonly PolicyName: string },
): Promise<string | null> {
  try {
    const { PolicyDocument = '' } = await reader.send(new GetRolePolicyCommand(names));
    // IAM gives documents as RFC 3986 encodes them.
    return decodeURIComponent(PolicyDocument);
  } catch (error) {
    if (error instanceof NoSuchEntityException) return null;
    throw error;
  }
}

function isRoleOptedIn({ Tags = [] }: Role): boolean {
  return isOptedIn(Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])));
}

/** Principals of the role's trust policy that are not Lambda. */
function othersOf({ AssumeRolePolicyDocument = '' }: Role): readonly string[] {
  const principals: unknown[] = [];
  JSON.parse(decodeURIComponent(AssumeRolePolicyDocument), (key, value: unknown) => {
    if (key === 'Principal' || key === 'NotPrincipal') principals.push({ [key]: value });
    return value;
  });
  const lambda = [
    '{"Principal":{"Service":"lambda.amazonaws.com"}}',
    '{"Principal":{"Service":["lambda.amazonaws.com"]}}',
  ];
  return principals.map((one) => JSON.stringify(one)).filter((one) => !lambda.includes(one));
}

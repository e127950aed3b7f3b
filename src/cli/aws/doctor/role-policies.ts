import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { AwsClients } from '../../../aws/clients.ts';
import { type MissingPermission, missingPermissions } from '../../../iam/missing.ts';
import type { PolicyDocument, PolicyStatement } from '../../../iam/policy.ts';

/** What a role may do: by its own policies, and no more than its boundary allows where it has one. */
export interface RolePolicies {
  readonly policies: readonly PolicyDocument[];
  readonly boundary: PolicyDocument | null;
}

/** Reads every policy of roles, each role once. */
export class RoleReader {
  readonly #iam: IAMClient;
  readonly #known = new Map<string, Promise<RolePolicies>>();

  constructor(aws: AwsClients) {
    this.#iam = aws.get(IAMClient);
  }

  /** By ARN or name. */
  read(role: string): Promise<RolePolicies> {
    const name = role.split('/').at(-1) ?? role;
    const known = this.#known.get(name) ?? this.#read(name);
    this.#known.set(name, known);
    return known;
  }

  async #read(RoleName: string): Promise<RolePolicies> {
    const [inline, attached, { Role }] = await Promise.all([
      this.#inline(RoleName),
      this.#attached(RoleName),
      this.#iam.send(new GetRoleCommand({ RoleName })),
    ]);
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      policies: [...inline, ...attached],
      boundary: boundary === undefined ? null : await this.#managed(boundary),
    };
  }

  async #inline(RoleName: string): Promise<readonly PolicyDocument[]> {
    const names = await allPages((Marker) =>
      this.#iam
        .send(new ListRolePoliciesCommand({ RoleName, ...Marker }))
        .then((page) => ({ items: page.PolicyNames ?? [], marker: page.Marker })),
    );
    return Promise.all(
      names.map(async (PolicyName) =>
        documentOf((await this.#iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument),
      ),
    );
  }

  async #attached(RoleName: string): Promise<readonly PolicyDocument[]> {
    const arns = await allPages((Marker) =>
      this.#iam.send(new ListAttachedRolePoliciesCommand({ RoleName, ...Marker })).then((page) => ({
        items: (page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
        marker: page.Marker,
      })),
    );
    return Promise.all(arns.map((arn) => this.#managed(arn)));
  }

  async #managed(PolicyArn: string): Promise<PolicyDocument> {
    const { Policy } = await this.#iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await this.#iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
    );
    return documentOf(PolicyVersion?.Document);
  }
}

/** What of the needed statements the role does not allow, by its policies or by its boundary. */
export function missingOf(
  needed: readonly PolicyStatement[],
  { policies, boundary }: RolePolicies,
): readonly MissingPermission[] {
  const missing = missingPermissions(needed, policies);
  if (boundary === null) return missing;
  const bounded = missingPermissions(needed, [boundary]).filter(
    ({ message }) => !missing.some((other) => other.message === message),
  );
  return [...missing, ...bounded.map((one) => ({ ...one, message: `${one.message} in its boundary` }))];
}

async function allPages(
  page: (marker: {
    Marker?: string;
  }) => Promise<{ readonly items: readonly string[]; readonly marker: string | undefined }>,
): Promise<readonly string[]> {
  const items: string[] = [];
  let marker: string | undefined;
  do {
    const next = await page(marker === undefined ? {} : { Marker: marker });
    items.push(...next.items);
    ({ marker } = next);
  } while (marker !== undefined);
  return items;
}

/** IAM gives policies as URL-encoded JSON. */
export function documentOf(text: string | undefined): PolicyDocument {
  const value: unknown = JSON.parse(
    text?.trimStart().startsWith('{') === true ? text : decodeURIComponent(text ?? ''),
  );
  if (typeof value === 'object' && value !== null && 'Statement' in value) return value as PolicyDocument;
  throw new Error(`This is no policy: ${text?.slice(0, 100)}`);
}

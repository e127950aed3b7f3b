import type { Guardrails, Permission, Person, Principal } from './guardrails.ts';

/** Who asks, as Slack's signature or AWS itself vouches for it: permission is decided on nothing else. */
export type Identity =
  | { readonly via: 'slack'; readonly user: string; readonly name: string; readonly team: string }
  | { readonly via: 'aws'; readonly arn: string };

/** Members of the Slack groups that were asked about, or why that could not be read. */
export type GroupMembers =
  | { readonly read: true; readonly members: Readonly<Record<string, readonly string[]>> }
  | { readonly read: false; readonly reason: string };

export type Allowed = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const yes: Allowed = { allowed: true };
const no = (reason: string): Allowed => ({ allowed: false, reason });

/** The person of the settings behind an identity. */
export function personOf(identity: Identity, people: readonly Person[]): Person | undefined {
  return people.find((person) =>
    identity.via === 'slack'
      ? person.slack === identity.user
      : person.aws.some((pattern) => matches(pattern, identity.arn)),
  );
}

/** Slack groups of which the members must be known to decide; none where the rest decides already. */
export function groupsToRead(
  identity: Identity,
  permission: Permission,
  { permissions, people }: Pick<Guardrails, 'permissions' | 'people'>,
): readonly string[] {
  const principals = permissions[permission];
  if (principals === 'anyone' || principals.some((one) => isNamed(one, identity, people))) return [];
  if (slackUserOf(identity, people) === null) return [];
  return principals.flatMap((one) => ('slackGroup' in one ? [one.slackGroup] : []));
}

/**
 * Whether the settings let somebody do something. Where they name nobody, nobody may from Slack, and on AWS whoever IAM
 * lets invoke the function: `account` is the controller's, and nobody of another account may unless the settings name
 * them.
 */
export function allowed(
  identity: Identity,
  permission: Permission,
  { permissions, people }: Pick<Guardrails, 'permissions' | 'people'>,
  { account, groups }: { readonly account: string; readonly groups: GroupMembers },
): Allowed {
  const principals = permissions[permission];
  if (principals === 'anyone') return yes;
  if (principals.some((one) => isNamed(one, identity, people))) return yes;
  if (principals.length === 0) {
    if (identity.via === 'slack')
      return no(`The settings let nobody ${verbs[permission]} from Slack: "permissions" of the settings.`);
    return accountOf(identity.arn) === account
      ? yes
      : no(`${identity.arn} is not of account ${account}, and the settings do not name it.`);
  }
  const user = slackUserOf(identity, people);
  const wanted = principals.flatMap((one) => ('slackGroup' in one ? [one.slackGroup] : []));
  if (user !== null && wanted.length > 0) {
    if (!groups.read) return no(`Who is in the Slack groups of the settings is not known: ${groups.reason}`);
    if (wanted.some((group) => (groups.members[group] ?? []).includes(user))) return yes;
  }
  return no(`${describe(identity)} may not ${verbs[permission]}: the settings name others.`);
}

const verbs: Readonly<Record<Permission, string>> = {
  view: 'look at runs',
  start: 'start runs',
  stop: 'stop runs',
  approve: 'approve runs',
};

/** By itself or as one of the people; groups apart. */
function isNamed(principal: Principal, identity: Identity, people: readonly Person[]): boolean {
  const person = personOf(identity, people);
  if ('slackUser' in principal) return slackUserOf(identity, people) === principal.slackUser;
  if (!('aws' in principal)) return false;
  if (identity.via === 'aws') return matches(principal.aws, identity.arn);
  // A pattern of the people that is a pattern of the permission, or lies within it.
  return person?.aws.some((arn) => matches(principal.aws, arn)) ?? false;
}

function slackUserOf(identity: Identity, people: readonly Person[]): string | null {
  return identity.via === 'slack' ? identity.user : (personOf(identity, people)?.slack ?? null);
}

/** For people: "Ada (slack T1/U1)", or the ARN. What a run keeps of who asked; `identityOf` reads it again. */
export function describe(identity: Identity): string {
  if (identity.via === 'aws') return identity.arn.slice(0, maxChars);
  // What somebody calls himself must not look like somebody else's identity.
  const name = identity.name.replaceAll(/[^\p{L}\p{N} ._'-]/gu, '').slice(0, 80);
  return `${name === '' ? identity.user : name} (slack ${identity.team}/${identity.user})`;
}

const maxChars = 256;
const slackText = /^([^()]*) \(slack ([A-Z0-9]+)\/([A-Z0-9]+)\)$/;
const sessionText = /^([\w+=,.@-]{1,64}) \(([\w+=,.@-]{1,64})\)$/;
const userText = /^([\w+=,.@-]{1,64}) \(IAM user\)$/;

/**
 * What a text about who asked says of an identity: as `describe` writes it, as the command line names the owner of
 * credentials, or a name among the people of the settings. Undefined where it says nothing that could be compared.
 */
export function identityOf(
  text: string,
  { account, partition, people }: Everybody,
): Identity | Person | undefined {
  const [, name = '', team = '', user = ''] = slackText.exec(text) ?? [];
  if (user !== '') return { via: 'slack', user, name, team };
  if (/^arn:[\w-]+:(iam|sts)::\d{12}:/.test(text)) return { via: 'aws', arn: text };
  const [, userName] = userText.exec(text) ?? [];
  if (userName !== undefined) return { via: 'aws', arn: `arn:${partition}:iam::${account}:user/${userName}` };
  const [, session, role] = sessionText.exec(text) ?? [];
  if (session !== undefined)
    return { via: 'aws', arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${session}` };
  return people.find((person) => person.name.toLowerCase() === text.trim().toLowerCase());
}

/** Among whom identities are compared. */
export interface Everybody {
  /** The controller's. */
  readonly account: string;
  readonly partition: string;
  readonly people: readonly Person[];
}

export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** A pattern in which `*` stands for anything; everything else for itself. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return pattern === text;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

import type { EpochMs } from '../core/ids.ts';
import type { GroupMembers } from '../core/identity.ts';
import { slackApi } from './slack-api.ts';

export interface SlackGroupsSettings {
  readonly baseUrl: string;
  /** Undefined where none is stored. */
  readonly token: () => Promise<string | undefined>;
  readonly timeoutMs: number;
  readonly now: () => EpochMs;
}

/** Somebody who was just added to a group, or left it, counts so after this. */
const keptMs = 60_000;

/**
 * Members of user groups of Slack, by the method `usergroups.users.list`, which needs the scope `usergroups:read`. Where
 * one of them cannot be read none of it counts, and the reason is told.
 */
export function slackGroups({
  baseUrl,
  token,
  timeoutMs,
  now,
}: SlackGroupsSettings): (groups: readonly string[]) => Promise<GroupMembers> {
  const kept = new Map<string, { readonly users: readonly string[]; readonly until: EpochMs }>();

  async function usersOf(group: string, secret: string): Promise<readonly string[]> {
    const known = kept.get(group);
    if (known !== undefined && known.until > now()) return known.users;
    const { users } = await slackApi({ baseUrl, token: secret, timeoutMs }).call('usergroups.users.list', {
      usergroup: group,
    });
    if (!Array.isArray(users)) throw new Error(`Slack did not say who is in group ${group}`);
    const members = users.filter((user) => typeof user === 'string');
    kept.set(group, { users: members, until: now() + keptMs });
    return members;
  }

  return async (groups) => {
    try {
      const secret = await token();
      if (secret === undefined) return { read: false, reason: 'no bot token of Slack is stored' };
      const read = await Promise.all(
        groups.map(async (group) => [group, await usersOf(group, secret)] as const),
      );
      return { read: true, members: Object.fromEntries(read) };
    } catch (error) {
      return { read: false, reason: error instanceof Error ? error.message : String(error) };
    }
  };
}

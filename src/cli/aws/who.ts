import { systemClock } from '../../adapters/system-clock.ts';
import type { Input } from '../command.ts';
import type { CliContext } from '../context.ts';
import type { Remote } from './remote.ts';

const longest = 256;
/** Nobody who wants to stop a run waits longer to learn his own name. */
const patienceMs = 2_000;

/** Who asks: `--by`, else whose credentials these are, else whose machine. */
export async function whoAsks(remote: Remote, input: Input, { env }: CliContext): Promise<string> {
  const given = input.value('by');
  if (given !== undefined) return given.slice(0, longest);
  const fallback = env['USER'] ?? env['USERNAME'] ?? 'the command line';
  try {
    const { arn } = await systemClock.deadline(patienceMs, () => remote.caller());
    return nameOf(arn).slice(0, longest);
  } catch {
    // The request itself will tell what is wrong with the credentials.
    return fallback.slice(0, longest);
  }
}

/**
 * `arn:aws:sts::1:assumed-role/Admin/ada@example.com` is ada@example.com (Admin); `arn:aws:iam::1:user/ada` is ada (IAM
 * user). Where approvals want four eyes, `identityOf` of core/identity.ts reads it again.
 */
export function nameOf(arn: string): string {
  const [type = '', ...path] = arn.split(':').slice(5).join(':').split('/');
  const name = path.at(-1);
  if (name === undefined) return type === '' ? arn : type;
  if (type === 'user') return `${name} (IAM user)`;
  return type === 'assumed-role' && path.length > 1 ? `${name} (${path[0]})` : name;
}

import type { Sandbox } from './sandbox.ts';

/** How often each fault was injected in a sandbox, by the lines that the layer logs for each invocation. */
export function firedIn(sandbox: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of sandbox.output.split('\n')) {
    if (!line.startsWith('{"_aws"')) continue;
    const { fired } = JSON.parse(line) as { fired: Record<string, number> };
    for (const [id, count] of Object.entries(fired)) counts[id] = (counts[id] ?? 0) + count;
  }
  return counts;
}

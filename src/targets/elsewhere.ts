import type { ResolveContext, ResolvedTarget } from './module.ts';

/** What an ARN names in another account or Region: nobody asks AWS for it, since a run on it is refused. */
export function foundElsewhere(
  text: string,
  { account, region }: Pick<ResolveContext, 'account' | 'region'>,
): ResolvedTarget | null {
  const [prefix, , , arnRegion, arnAccount, ...rest] = text.split(':');
  if (prefix !== 'arn' || (arnRegion === region && arnAccount === account)) return null;
  return { id: rest.join(':'), arn: text, tags: {} };
}

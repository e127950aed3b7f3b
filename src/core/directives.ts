import type { Experiment } from '../generated/types.ts';
import type { TargetObservation } from './evidence.ts';
import { exposureOf } from './exposure.ts';
import type { Measuring, Run } from './run.ts';
import { mostSkipped } from './skipped.ts';
import { sumCounts } from './telemetry.ts';

const ignoredReason = /^directive-(.+)$/;

/** Nothing is hit but requests that ask for it: there are no groups to compare. */
export function onlyDirectives(experiment: Pick<Experiment, 'directives' | 'exposure'>): boolean {
  return experiment.directives === true && exposureOf(experiment) === 0;
}

/** What is known of the directives of a run, of which the layers report. */
export function directivesOf(
  { experiment }: Pick<Run, 'experiment'>,
  targets: readonly TargetObservation[],
): Pick<Measuring, 'directives'> {
  if (experiment.directives !== true) return {};
  const ignored = targets.flatMap(({ skipped }) =>
    Object.entries(skipped).flatMap(([reason, count]) => {
      const [, why] = ignoredReason.exec(reason) ?? [];
      return why === undefined ? [] : [{ [why]: count }];
    }),
  );
  return {
    directives: {
      invocations: targets.reduce((all, { directed }) => all + (directed?.invocations ?? 0), 0),
      fired: sumCounts(targets.map(({ directed }) => directed?.fired ?? {})),
      ignored: sumCounts(ignored),
    },
  };
}

/** Why a run that rests on directives alone has hit nobody; null where it has, or rests on more. */
export function withoutDirectives({ experiment, measuring }: Run): string | null {
  if (!onlyDirectives(experiment) || (measuring.directives?.invocations ?? 0) > 0) return null;
  const ignored = Object.entries(measuring.directives?.ignored ?? {});
  if (ignored.length > 0)
    return `No directive was valid: ${ignored.map(([why, count]) => `${count} ${why}`).join(', ')}.`;
  const kept = mostSkipped(measuring);
  if (kept !== null) return `No directive was followed: ${kept}.`;
  return measuring.realms > 0
    ? 'No directive ever came: no request carried one that the layer could read.'
    : 'No directive ever came: no request carried one, or the function runs without the layer or its permissions.';
}

/** Injections that befell the experimental group by chance, without those that a request asked for. */
export function firedByChance({ measuring }: Pick<Run, 'measuring'>, fault: string): number {
  return (measuring.fired[fault] ?? 0) - (measuring.directives?.fired[fault] ?? 0);
}

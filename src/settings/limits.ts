import type { Settings } from '../generated/types.ts';

/** What stands at the top of the file as well as under a stage. */
export type Limits = Omit<Settings, 'inoculate' | 'allowedStages' | 'people' | 'stages'>;

/** What holds at a stage: what stands under it, in the place of what stands at the top. */
export function limitsAt(settings: Settings, stage: string): Limits {
  const { inoculate: _format, allowedStages: _allowed, people: _people, stages = {}, ...top } = settings;
  const own = Object.hasOwn(stages, stage) ? (stages[stage] ?? {}) : {};
  const approval = together(top.approval, own.approval);
  const permissions = together(top.permissions, own.permissions);
  return {
    ...top,
    ...own,
    ...(approval === undefined ? {} : { approval }),
    ...(permissions === undefined ? {} : { permissions }),
  };
}

/** Property by property. */
function together<T extends object>(top: T | undefined, own: T | undefined): T | undefined {
  if (top === undefined || own === undefined) return own ?? top;
  return { ...top, ...own };
}

/** Where in the file a limit of a stage stands. */
export function placeOf(settings: Settings, stage: string, name: keyof Limits): readonly string[] {
  const own = settings.stages?.[stage];
  return own !== undefined && Object.hasOwn(own, name) ? ['stages', stage, name] : [name];
}

/** The stages that the file speaks of, and the one that is asked about. */
export function stagesOf({ allowedStages, stages }: Settings, asked: string): readonly string[] {
  return [...new Set([...(allowedStages ?? []), ...Object.keys(stages ?? {}), asked])];
}

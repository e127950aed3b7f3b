import type { ChangeContext } from '../module.ts';
import type { SettingCalls } from './settings.ts';

/** A stage's limits, by the service that keeps it. */
export interface StageCalls extends Pick<SettingCalls, 'read' | 'write'> {
  /** Why limits where there are none could not be taken away again, for people; null where they can. */
  readonly cannotUnset: string | null;
}

/** The stage of a target. */
export function stageOf({ target }: ChangeContext): { readonly api: string; readonly stage: string } {
  const [api = '', , ...stage] = target.id.split('/');
  return { api, stage: stage.join('/') };
}

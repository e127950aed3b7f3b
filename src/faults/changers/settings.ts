import { EffectError } from '../../engine/errors.ts';
import type { Json, ReadResult } from '../../engine/ports.ts';
import type { AppliedContext, ChangeContext, Effects } from '../module.ts';
import { withoutChange } from './aws-errors.ts';

/** Named values of a resource's configuration; null is "not set". */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** A resource's settings as they are. */
export interface SettingsRead {
  readonly settings: Settings;
  /** AWS's own mark of this state, where it has one. */
  readonly token?: string;
  /** What AWS is still doing to make them so, for people. Until it is done, nothing is written, and nothing read as restored. */
  readonly pending?: string;
}

export interface SettingCalls {
  read(context: ChangeContext): Promise<SettingsRead | 'absent'>;
  /** What the unit's faults set. Throws `EffectError` where they make no sense on this resource. */
  wanted(context: ChangeContext, before: Settings): Settings | Promise<Settings>;
  /**
   * Sets the settings that are named, and no others, by a client that sends once. With a token only where AWS still has
   * that state.
   */
  write(context: ChangeContext, settings: Settings, token: string | undefined): Promise<void>;
}

interface Undo {
  readonly before: Settings;
  readonly applied: Settings;
}

/**
 * Effects on a resource of which a few settings are changed: each setting is compared and restored on its own, so that
 * a half-done apply is taken back, and what somebody else changed stays.
 */
export function settingEffects(calls: SettingCalls): Effects {
  return {
    async capture(context) {
      const now = await calls.read(context);
      if (now === 'absent') throw absent(context);
      const applied = await calls.wanted(context, now.settings);
      const before = Object.fromEntries(Object.keys(applied).map((key) => [key, now.settings[key] ?? null]));
      if (Object.keys(applied).every((key) => before[key] === applied[key]))
        throw new EffectError('nothing-to-change', `${context.target.id} is as the fault would make it`, {
          unknown: false,
        });
      return { before, applied };
    },

    async apply(context) {
      const { before, applied } = undoOf(context.undo);
      const now = await withoutChange(`Reading ${context.target.id}`, () => calls.read(context));
      if (now === 'absent') throw absent(context);
      const foreign = keysWhere(
        applied,
        (key) => now.settings[key] !== before[key] && now.settings[key] !== applied[key],
      );
      if (foreign.length > 0)
        throw new EffectError(
          'changed-meanwhile',
          `${context.target.id} was changed after its state was stored: ${describe(now.settings, foreign)}`,
          { unknown: false },
        );
      const open = keysWhere(applied, (key) => now.settings[key] !== applied[key]);
      if (open.length === 0) return;
      if (now.pending !== undefined)
        throw new EffectError('busy', `${context.target.id} cannot be changed now: ${now.pending}`, {
          unknown: false,
        });
      await calls.write(context, pick(applied, open), now.token);
    },

    async revert(context) {
      const { before, applied } = undoOf(context.undo);
      const now = await calls.read(context);
      if (now === 'absent') return { read: 'absent', detail: '' };
      const ours = keysWhere(
        applied,
        (key) => now.settings[key] === applied[key] && before[key] !== applied[key],
      );
      // AWS would turn it away; whoever reverts comes again until this is done.
      if (ours.length > 0 && now.pending === undefined)
        await calls.write(context, pick(before, ours), now.token);
      return readBack(context);
    },

    readBack,
  };

  async function readBack(context: AppliedContext): Promise<ReadResult> {
    const { before, applied } = undoOf(context.undo);
    const now = await calls.read(context);
    if (now === 'absent') return { read: 'absent', detail: '' };
    const { settings, pending } = now;
    const changed = keysWhere(applied, (key) => settings[key] !== before[key]);
    if (changed.length === 0)
      return pending === undefined
        ? { read: 'clean', detail: '' }
        : { read: 'ours', detail: `restored, but ${pending}` };
    const ours = changed.filter((key) => settings[key] === applied[key]);
    return ours.length > 0
      ? { read: 'ours', detail: describe(settings, ours) }
      : {
          read: 'drift',
          detail: `somebody else changed it to ${describe(settings, changed)}; it was ${describe(before, changed)}`,
        };
  }
}

function absent({ target }: ChangeContext): EffectError {
  return new EffectError('absent', `${target.arn} does not exist`, { unknown: false });
}

function keysWhere(settings: Settings, holds: (key: string) => boolean): readonly string[] {
  return Object.keys(settings).filter(holds);
}

function pick(settings: Settings, keys: readonly string[]): Settings {
  return Object.fromEntries(keys.map((key) => [key, settings[key] ?? null]));
}

function describe(settings: Settings, keys: readonly string[]): string {
  return keys.map((key) => `${key} ${settings[key] ?? 'not set'}`).join(', ');
}

/** As `capture` stored it; a record of another form means that nothing may be done. */
function undoOf(undo: Json): Undo {
  if (typeof undo === 'object' && undo !== null && 'before' in undo && 'applied' in undo) {
    const { before, applied } = undo;
    if (isSettings(before) && isSettings(applied)) return { before, applied };
  }
  throw new EffectError('bad-undo-record', `Not an undo record of settings: ${JSON.stringify(undo)}`, {
    unknown: false,
  });
}

function isSettings(value: Json | undefined): value is Settings {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((one) => one === null || typeof one !== 'object')
  );
}

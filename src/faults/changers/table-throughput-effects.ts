import {
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import type { AwsClients } from '../../aws/clients.ts';
import { EffectError } from '../../engine/errors.ts';
import type { ChangeContext, Effects } from '../module.ts';
import { type SettingCalls, settingEffects, type Settings } from './settings.ts';
import { type Dimension, dimensionsOf, modeOf, nameOf, pendingOf, updateOf } from './table-dimensions.ts';
import { type Scaled, switchesOf, switchName, TableScaling } from './table-scaling.ts';

export function open(aws: AwsClients): Effects {
  return settingEffects(new TableThroughput(aws));
}

interface State {
  readonly table: TableDescription;
  readonly scaled: readonly Scaled[];
}

class TableThroughput implements SettingCalls {
  readonly #reader: DynamoDBClient;
  readonly #writer: DynamoDBClient;
  readonly #scaling: TableScaling;

  constructor(aws: AwsClients) {
    this.#reader = aws.get(DynamoDBClient);
    this.#writer = aws.sendingOnce(DynamoDBClient);
    this.#scaling = new TableScaling(aws);
  }

  async read(context: ChangeContext): ReturnType<SettingCalls['read']> {
    const state = await this.#look(context);
    if (state === null) return 'absent';
    const pending = pendingOf(state.table);
    return { settings: settingsOf(state), ...(pending !== undefined && { pending }) };
  }

  async wanted(context: ChangeContext): Promise<Settings> {
    const { table, scaled } = await this.#mustFind(context);
    if ((table.Replicas?.length ?? 0) > 0)
      throw new EffectError(
        'global-table',
        `${context.target.id} is replicated to other Regions, which its write capacity would reach`,
        { unknown: false },
      );
    const lowered = loweredBy(context, table);
    if (lowered.length === 0) return {};
    // Nothing scales what is on demand.
    const affected = scaled.filter(
      ({ dimension }) =>
        modeOf(table) === 'PROVISIONED' && lowered.some((one) => nameOf(one) === nameOf(dimension)),
    );
    for (const one of affected) await this.#scaling.refuseUnsafe(one, context.signal);
    return {
      // Not changed, but what the other values mean.
      mode: modeOf(table),
      ...Object.fromEntries(lowered.map((one) => [nameOf(one), one.units])),
      ...Object.fromEntries(
        affected.flatMap((one) =>
          Object.keys(switchesOf(one.target)).map((name) => [switchName(one, name), true]),
        ),
      ),
    };
  }

  /** Scaling is suspended before the capacity is lowered, and resumed only when that is back: it would move it else. */
  async write(context: ChangeContext, settings: Settings): Promise<void> {
    const { table, scaled } = await this.#mustFind(context);
    await this.#switch(context, scaled, settings, true);
    const changed = dimensionsOf(table).flatMap((now): Dimension[] => {
      const units = settings[nameOf(now)];
      return units === null || typeof units === 'number' ? [{ ...now, units }] : [];
    });
    if (changed.length > 0) {
      const { TableDescription: after } = await this.#writer.send(
        new UpdateTableCommand(updateOf(table, changed)),
        { abortSignal: context.signal },
      );
      if (after === undefined || pendingOf(after) !== undefined) return;
    }
    await this.#switch(context, scaled, settings, false);
  }

  async #switch(
    { signal }: ChangeContext,
    scaled: readonly Scaled[],
    settings: Settings,
    to: boolean,
  ): Promise<void> {
    for (const one of scaled) {
      const names = Object.keys(switchesOf(one.target)).filter(
        (name) => settings[switchName(one, name)] === to,
      );
      if (names.length > 0)
        await this.#scaling.write(one, Object.fromEntries(names.map((name) => [name, to])), signal);
    }
  }

  async #look({ target, signal }: ChangeContext): Promise<State | null> {
    try {
      const { Table: table } = await this.#reader.send(new DescribeTableCommand({ TableName: target.id }), {
        abortSignal: signal,
      });
      if (table === undefined) return null;
      // Of an on-demand table, too: who changes its mode under the fault leaves its scaling suspended by us.
      return { table, scaled: await this.#scaling.read(table, signal) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  }

  async #mustFind(context: ChangeContext): Promise<State> {
    const state = await this.#look(context);
    if (state !== null) return state;
    throw new EffectError('absent', `${context.target.arn} does not exist`, { unknown: false });
  }
}

function settingsOf({ table, scaled }: State): Settings {
  return {
    mode: modeOf(table),
    ...Object.fromEntries(dimensionsOf(table).map((one) => [nameOf(one), one.units])),
    ...Object.fromEntries(
      scaled.flatMap((one) =>
        Object.entries(switchesOf(one.target)).map(([name, value]) => [switchName(one, name), value]),
      ),
    ),
  };
}

/** What the unit's faults let through less of than now. Writes reach the indexes through the table. */
function loweredBy({ faults }: ChangeContext, table: TableDescription): readonly Dimension[] {
  const wanted = faults.flatMap((fault) => (fault.kind === 'dynamodb.throttle' ? [fault] : []));
  const known = new Set(dimensionsOf(table).flatMap(({ index }) => (index === null ? [] : [index])));
  for (const index of wanted.flatMap(({ indexes = [] }) => indexes))
    if (!known.has(index))
      throw new EffectError('no-such-index', `Table ${table.TableName} has no index ${index}`, {
        unknown: false,
      });
  return dimensionsOf(table).flatMap((now): Dimension[] => {
    const limits = wanted.flatMap(({ readUnits, writeUnits, indexes }) => {
      const isIn = now.index === null || (now.access === 'read' && (indexes?.includes(now.index) ?? true));
      const limit = now.access === 'read' ? readUnits : writeUnits;
      return isIn && limit !== undefined ? [limit] : [];
    });
    const units = Math.min(...limits);
    return limits.length > 0 && (now.units === null || units < now.units) ? [{ ...now, units }] : [];
  });
}

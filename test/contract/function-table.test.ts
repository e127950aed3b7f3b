import { FunctionTable } from '../../src/adapters/function-table.ts';
import { MemoryFunctionTable } from '../../src/adapters/memory-function-table.ts';
import type { FunctionStore } from '../../src/engine/ports.ts';
import type { Dose, Telemetry } from '../../src/generated/types.ts';
import { readWholeDose } from '../../src/adapters/whole-dose.ts';
import { engines } from './engines.ts';
import { at } from './samples.ts';

interface Open {
  readonly functions: FunctionStore;
  /** Writes as a layer does. */
  report(functionName: string, item: Telemetry): Promise<void>;
  /** Writes what no layer would; undefined where nothing but telemetry can be kept. */
  readonly scribble:
    ((functionName: string, sk: string, body: string | undefined) => Promise<void>) | undefined;
  close(): Promise<void>;
}

function doseOf(functionName: string, epoch: number, runId = 'run-a'): Dose {
  return {
    version: 1,
    runId,
    epoch,
    function: functionName,
    expiresAt: at + 60_000,
    salt: 'salt',
    exposure: 0.1,
    tick: { originAt: at, lengthMs: 1_000 },
    stalenessMs: 1_000,
    acknowledgeStart: false,
    lnGamma: 0.02,
    faults: [{ id: 'f1', fault: { kind: 'invocation.error', target: 'checkout' } }],
  };
}

function telemetryOf(runId: string, realm: string, seq: number): Telemetry {
  const group = { started: seq, finished: seq, failed: 0, histogram: '', cohorts: [] };
  return {
    version: 1,
    runId,
    realm,
    seq,
    at,
    groups: { experimental: group, control: group },
    fired: { f1: seq },
    skipped: {},
  };
}

function describeFunctionTable(name: string, open: () => Promise<Open>): void {
  describe(`function table: ${name}`, () => {
    let opened: Open;
    let functions: FunctionStore;
    let n = 0;
    beforeAll(async () => {
      opened = await open();
      ({ functions } = opened);
    });
    afterAll(() => opened.close());
    const fresh = (): string => `fn-${(n += 1)}`;
    const inPlace = { epoch: 1, cleared: false, expiresAt: at + 60_000 };

    it('has no dose for a function that never got one', async () => {
      expect(await functions.readDose(fresh())).toBeUndefined();
    });

    it('keeps the dose of the highest epoch: a late write of an earlier run changes nothing', async () => {
      const fn = fresh();
      expect(await functions.writeDose(doseOf(fn, 2, 'run-b'))).toBe(true);
      expect(await functions.writeDose(doseOf(fn, 1, 'run-a'))).toBe(false);
      expect(await functions.readDose(fn)).toEqual({ ...inPlace, epoch: 2 });
    });

    it('shows nobody who reads it for its state what it holds: undo records are made of that', async () => {
      const fn = fresh();
      const directiveKey = 'k'.repeat(43);
      await functions.writeDose({ ...doseOf(fn, 1), directiveKey });
      expect(await functions.readDose(fn)).toEqual(inPlace);
    });

    it('takes the same dose again while it stands', async () => {
      const fn = fresh();
      await functions.writeDose(doseOf(fn, 1));
      expect(await functions.writeDose(doseOf(fn, 1))).toBe(true);
      expect(await functions.readDose(fn)).toEqual(inPlace);
    });

    it('refuses an apply that lands after its revert', async () => {
      const fn = fresh();
      await functions.writeDose(doseOf(fn, 1));
      expect(await functions.clearDose(fn, 1)).toBe(true);
      expect(await functions.writeDose(doseOf(fn, 1))).toBe(false);
      expect(await functions.readDose(fn)).toEqual({ epoch: 1, cleared: true, expiresAt: 0 });
    });

    it('leaves a tombstone where nothing stood, so that even a first apply comes too late', async () => {
      const fn = fresh();
      expect(await functions.clearDose(fn, 3)).toBe(true);
      expect(await functions.writeDose(doseOf(fn, 3))).toBe(false);
      expect(await functions.clearDose(fn, 3)).toBe(true);
      expect(await functions.readDose(fn)).toEqual({ epoch: 3, cleared: true, expiresAt: 0 });
    });

    it('lets the next run in after a tombstone', async () => {
      const fn = fresh();
      await functions.clearDose(fn, 1);
      expect(await functions.writeDose(doseOf(fn, 2, 'run-b'))).toBe(true);
      expect(await functions.readDose(fn)).toEqual({ ...inPlace, epoch: 2 });
    });

    it('does not clear the dose of a later run', async () => {
      const fn = fresh();
      await functions.writeDose(doseOf(fn, 2, 'run-b'));
      expect(await functions.clearDose(fn, 1)).toBe(false);
      expect(await functions.readDose(fn)).toEqual({ ...inPlace, epoch: 2 });
    });

    it('raises the epoch of a tombstone, so that a late write under the new one is refused as well', async () => {
      const fn = fresh();
      await functions.clearDose(fn, 1);
      expect(await functions.clearDose(fn, 2)).toBe(true);
      expect(await functions.writeDose(doseOf(fn, 2))).toBe(false);
    });

    it('reads the latest report of every realm of one run, and nothing of others', async () => {
      const fn = fresh();
      await opened.report(fn, telemetryOf('run-a', 'realm-001', 1));
      await opened.report(fn, telemetryOf('run-a', 'realm-001', 2));
      await opened.report(fn, telemetryOf('run-a', 'realm-001', 1));
      await opened.report(fn, telemetryOf('run-a', 'realm-002', 7));
      await opened.report(fn, telemetryOf('run-ab', 'realm-003', 9));
      const { items, malformed } = await functions.readTelemetry(fn, 'run-a');
      const seen = items.map(({ realm, seq }) => `${realm}:${seq}`);
      expect([seen.sort(), malformed]).toEqual([['realm-001:2', 'realm-002:7'], []]);
      expect(await functions.readTelemetry(fresh(), 'run-a')).toEqual({ items: [], malformed: [] });
    });

    it('names a report that no layer wrote, and counts it as none', async () => {
      if (opened.scribble === undefined) return;
      const fn = fresh();
      await opened.report(fn, telemetryOf('run-a', 'realm-001', 1));
      await opened.scribble(fn, 'run-a#realm-002', 'not JSON');
      await opened.scribble(fn, 'run-a#realm-003', '{"version":1}');
      await opened.scribble(fn, 'run-a#realm-004', undefined);
      const { items, malformed } = await functions.readTelemetry(fn, 'run-a');
      expect([items.length, [...malformed].sort()]).toEqual([
        1,
        ['run-a#realm-002', 'run-a#realm-003', 'run-a#realm-004'],
      ]);
    });
  });
}

describeFunctionTable('memory twin', () => {
  const functions = new MemoryFunctionTable();
  return Promise.resolve({
    functions,
    report: (functionName, item) => functions.writeTelemetry(functionName, item),
    scribble: undefined,
    close: () => Promise.resolve(),
  });
});

for (const engine of engines)
  describeFunctionTable(engine.name, async () => {
    const database = await engine.start();
    const table = await database.table('functions');
    const write = async (
      functionName: string,
      sk: string,
      body: string | undefined,
      seq: number,
    ): Promise<void> => {
      // The condition that the layer writes its reports under.
      await table.update(
        { pk: `telemetry#${functionName}`, sk },
        body === undefined ? 'SET #seq = :seq' : 'SET #seq = :seq, #body = :body',
        {
          if: 'attribute_not_exists(#seq) OR #seq < :seq',
          names: { '#seq': 'seq', ...(body === undefined ? {} : { '#body': 'body' }) },
          values: { ':seq': { N: String(seq) }, ...(body === undefined ? {} : { ':body': { S: body } }) },
        },
      );
    };
    return {
      functions: new FunctionTable(table),
      report: (fn, item) => write(fn, `${item.runId}#${item.realm}`, JSON.stringify(item), item.seq),
      scribble: (fn, sk, body) => write(fn, sk, body, 1),
      close: () => database.stop(),
    };
  });

it('hands a dose on as it was written, key and all, to whoever signs with it, and none that is gone or malformed', async () => {
  const [engine] = engines;
  const database = await engine!.start();
  try {
    const table = await database.table('functions');
    const functions = new FunctionTable(table);
    const dose = { ...doseOf('fn', 1), salt: 'salt-0001', directiveKey: 'k'.repeat(43) };
    expect(await readWholeDose(table, 'fn')).toBeUndefined();
    await functions.writeDose(dose);
    expect(await readWholeDose(table, 'fn')).toEqual(dose);
    await functions.clearDose('fn', 1);
    expect(await readWholeDose(table, 'fn')).toBeUndefined();
    for (const body of ['not JSON', '{"version":1}', JSON.stringify({ ...dose, directiveKey: 'short' })]) {
      await table.update({ pk: 'dose#fn', sk: 'dose' }, 'SET cleared = :no, body = :body', {
        values: { ':no': { BOOL: false }, ':body': { S: body } },
      });
      expect(await readWholeDose(table, 'fn')).toBeUndefined();
    }
  } finally {
    await database.stop();
  }
});

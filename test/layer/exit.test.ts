import type { Dose, InFunctionFault } from '../../src/generated/types.ts';
import { buildAll, type Built } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import {
  nodeVersions,
  Sandboxes,
  type NodeVersion,
  type Outcome,
  type Sandbox,
  type SandboxOptions,
} from './support/sandbox.ts';
import { eventually, TestStore } from './support/store.ts';

let built: Built;
let store: TestStore;
const sandboxes = new Sandboxes();
beforeAll(async () => {
  built = await buildAll();
});
beforeEach(async () => {
  store = await TestStore.start();
});
afterEach(async () => {
  await sandboxes.stop();
  await store.stop();
});
afterAll(() => built.remove());

const target = 'checkout';

function start(node: NodeVersion, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const { task, opt } = built;
  return sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, env: store.env(), ...options });
}

const firedIn = (sandbox: Sandbox): unknown[] =>
  sandbox.output
    .split('\n')
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => Object(JSON.parse(line)).fired);

/** A dose in effect in a sandbox, with starts that are acknowledged as they are where a fault can end the process. */
async function dosed(
  faults: readonly InFunctionFault[],
  node: NodeVersion,
  options: Partial<SandboxOptions> = {},
) {
  const dose = doseOf(faults, { acknowledgeStart: true });
  await store.putDose(dose);
  const sandbox = await start(node, options);
  await eventually(
    () => sandbox.invoke({ do: 'nothing' }, idIn('control', dose)).then(() => store.telemetry()),
    (items) => items.length > 0,
  );
  return { dose, sandbox };
}

/** What is known of the experimental group: all that started have finished. */
async function failuresTold(): Promise<number | undefined> {
  const { started, finished, failed } = Object((await store.telemetry())[0]?.groups.experimental);
  expect(finished).toBe(started);
  return failed;
}

/** Again until one is hit: whose start could not be acknowledged in time, on a busy machine, is spared. */
function untilHit(sandbox: Sandbox, event: object, dose: Dose): Promise<Outcome> {
  return eventually(
    async () => {
      const outcome = await sandbox.invoke(event, idIn('experimental', dose));
      await Promise.race([sandbox.exited, new Promise((resolve) => setTimeout(resolve, 500))]);
      return outcome;
    },
    () => sandbox.hasEnded,
    () => sandbox.output.slice(-2000),
  );
}

describe.each(nodeVersions)('under %s', (node) => {
  describe('sandbox.exit', () => {
    it.each([
      ['before', 1],
      ['after', 137],
    ] as const)(
      'F17: the process dies %s the handler, with everything told: the invocation fails and is counted as failed',
      async (when, code) => {
        const { dose, sandbox } = await dosed([{ kind: 'sandbox.exit', target, code, when }], node);
        const { failed, value } = await untilHit(sandbox, { do: 'nothing' }, dose);
        expect({ failed, type: Object(value).errorType }).toEqual({
          failed: true,
          type: 'Runtime.ExitError',
        });
        expect(await sandbox.exited).toBe(code);
        expect(firedIn(sandbox)).toEqual([{ f1: 1 }]);
        expect(await failuresTold()).toBe(1);
        expect((await store.telemetry())[0]?.fired).toEqual({ f1: 1 });
      },
    );

    it('a handler that fails by itself before "after" fails as ever, and its process lives on', async () => {
      const { dose, sandbox } = await dosed([{ kind: 'sandbox.exit', target, when: 'after' }], node);
      const { value } = await sandbox.invoke({ do: 'fail' }, idIn('experimental', dose));
      expect(Object(value).errorType).toBe('TypeError');
      expect((await sandbox.invoke({ do: 'nothing' }, idIn('control', dose))).value).toBe('done');
    });
  });

  describe('sandbox.cold-start', () => {
    const always: InFunctionFault = { kind: 'sandbox.cold-start', target, every: 1 };

    it.each([
      ['esm/sandbox.any', { do: 'nothing' }, 'done'],
      ['cjs/sandbox.any', { do: 'nothing' }, 'done'],
      ['esm/sandbox.any', { do: 'nothingAtAll' }, null],
      ['esm/sandbox.any', { do: 'own' }, { by: 'itself' }],
      ['esm/sandbox.streamed', { do: 'nothing' }, 'done'],
      ['esm/sandbox.streamed', { do: 'nothing', ms: 300 }, 'done'],
    ])(
      '%s %j: the answer has gone out, then the process ends, before it asks for another event',
      async (handler, event, answer) => {
        const { dose, sandbox } = await dosed([always], node, { handler });
        const { failed, value } = await untilHit(sandbox, event, dose);
        expect({ failed, value }).toEqual({ failed: false, value: answer });
        expect(await sandbox.exited).toBe(0);
        expect(sandbox.polled).toBe(sandbox.given);
        expect(firedIn(sandbox)).toEqual([{ f1: 1 }]);
        expect(await failuresTold()).toBe(0);
        // What comes next begins anew.
        const next = await start(node);
        const { value: life } = await next.invoke({ do: 'life' });
        expect(life).toMatchObject({ invocations: 1 });
      },
    );

    it('only a good answer is the last: a failing handler and the control group keep their process', async () => {
      const { dose, sandbox } = await dosed([always], node);
      expect((await sandbox.invoke({ do: 'fail' }, idIn('experimental', dose))).failed).toBe(true);
      expect((await sandbox.invoke({ do: 'nothing' }, idIn('control', dose))).value).toBe('done');
      const { value } = await sandbox.invoke({ do: 'life' }, idIn('control', dose));
      expect(Object(value).invocations).toBeGreaterThanOrEqual(4);
      expect(firedIn(sandbox)).toEqual([]);
    });

    it('an answer that is too large for Lambda is no good answer: the process lives on', async () => {
      const { dose, sandbox } = await dosed([always], node);
      await sandbox.invoke({ do: 'large', bytes: 6 * 1024 * 1024 }, idIn('experimental', dose));
      expect((await sandbox.invoke({ do: 'nothing' }, idIn('control', dose))).value).toBe('done');
    });

    it('an event that nobody waits for is not risked: the process lives on, and that is counted', async () => {
      const { dose, sandbox } = await dosed([always], node);
      const events = [
        { Records: [{ eventSource: 'aws:sqs', messageId: '1', body: '{}' }] },
        { Records: [{ EventSource: 'aws:sns', Sns: { Message: '{}' } }] },
        { source: 'shop', 'detail-type': 'Order', detail: {} },
      ];
      for (const event of events) {
        const { failed } = await sandbox.invoke({ do: 'nothing', ...event }, idIn('experimental', dose));
        expect(failed).toBe(false);
      }
      const [report] = await eventually(
        async () => {
          await sandbox.invoke({ do: 'nothing' }, idIn('control', dose));
          return store.telemetry();
        },
        ([item]) => Number(item?.skipped['would-lose-data']) >= events.length,
      );
      expect(report?.fired).toEqual({});
    });

    it('hits its share of the good answers, the same for the same request', async () => {
      const faults: InFunctionFault[] = [{ ...always, every: 0.5 }];
      const ids = Array.from({ length: 12 }, () => idIn('experimental', doseOf([])));
      const ended = async (id: string): Promise<boolean> => {
        const env = { INOCULATE_DOSE: JSON.stringify(doseOf(faults)) };
        const sandbox = await start(node, { env });
        await sandbox.invoke({ do: 'nothing' }, id);
        const lives = sandbox.invoke({ do: 'nothing' }, idIn('control', doseOf([])));
        const { failed } = await lives;
        await sandbox.stop();
        return failed;
      };
      const outcomes = await Promise.all(ids.map(ended));
      expect(new Set(outcomes).size).toBe(2);
      expect(await ended(ids[0] ?? '')).toBe(outcomes[0]);
    });
  });
});

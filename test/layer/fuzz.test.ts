import { jest } from '@jest/globals';
import fc from 'fast-check';
import { systemClock, type Clock } from '../../src/layer/clock.ts';
import type { Handler } from '../../src/layer/load-handler.ts';
import { LOOK_EVERY_MS, type Realm } from '../../src/layer/realm.ts';
import { storedDoses } from '../../src/layer/run/activate.ts';
import { Run } from '../../src/layer/run/run.ts';
import { dynamoStore, type Store } from '../../src/layer/store/store.ts';
import { StoreWatch } from '../../src/layer/watch.ts';
import { wrapHandler } from '../../src/layer/wrap.ts';
import { buildAll } from './support/build.ts';
import { doseOf, idIn } from './support/doses.ts';
import { malformedAnswer, soundAnswer, type StoreAnswer } from './support/malformed.ts';
import { nodeVersions, Sandboxes } from './support/sandbox.ts';
import { LocalServer } from './support/server.ts';

/** The store's answers, one for all who ask, as the test says. */
async function answering(): Promise<{ server: LocalServer; say: (answer: StoreAnswer) => void }> {
  let current: StoreAnswer = soundAnswer();
  const server = await LocalServer.start((_seen, response) => {
    const { status, body, date } = current;
    response.sendDate = date === undefined;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      ...(date === undefined ? {} : { date }),
    });
    response.end(body);
  });
  return { server, say: (answer) => (current = answer) };
}

const realms: Realm[] = [];

/** What they have patched is everybody's in this process. */
function endRealms(): void {
  for (const { active } of realms.splice(0)) if (active instanceof Run) active.end();
}

/** A realm of its own in this process, as a sandbox would have it. */
function newRealm(
  store: Store,
  clock: Clock = systemClock,
): {
  invoke: () => Promise<unknown>;
  look: () => Promise<unknown>;
  realm: Realm;
} {
  const realm: Realm = { active: undefined, lookedAt: 0, lookEveryMs: LOOK_EVERY_MS, look: () => undefined };
  realms.push(realm);
  const settings = {
    functionName: 'checkout',
    region: 'eu-west-1',
    table: 'functions',
    endpoint: '',
    fixedDose: undefined,
    concurrent: false,
  };
  const watch = new StoreWatch(realm, store, clock, () =>
    Promise.resolve(storedDoses(realm, settings, store, clock)),
  );
  const own: Handler = () => Promise.resolve('own answer');
  const wrapped = wrapHandler(own, realm, () => clock.now());
  const id = idIn('experimental', doseOf([]));
  return {
    realm,
    look: () => {
      watch.look();
      return watch.confirm();
    },
    invoke: async () => wrapped({}, { awsRequestId: id, getRemainingTimeInMillis: () => 10_000 }),
  };
}

const outcomeOf = (invoked: Promise<unknown>): Promise<unknown> =>
  invoked.catch((error: unknown) => `threw ${Object(error).name}`);

describe('a malformed dose', () => {
  let front: Awaited<ReturnType<typeof answering>>;
  let store: Store;
  beforeAll(async () => {
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    front = await answering();
    const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const target = {
      table: 'functions',
      functionName: 'checkout',
      region: 'eu-west-1',
      endpoint: front.server.url,
    };
    store = dynamoStore(target, systemClock, credentials);
  });
  afterEach(endRealms);
  afterAll(async () => {
    jest.restoreAllMocks();
    await front.server.stop();
  });

  it('that is sound injects: or nothing of this could fail', async () => {
    front.say(soundAnswer());
    const { look, invoke } = newRealm(store);
    await look();
    expect(await outcomeOf(invoke())).toBe('threw Injected');
  });

  it('of ten thousand none throws into the function, and none injects', async () => {
    const answers = fc.sample(malformedAnswer, { numRuns: 10_000, seed: 20_261_121 });
    expect(answers).toHaveLength(10_000);
    for (const answer of answers) {
      front.say(answer);
      const { look, invoke } = newRealm(store);
      await look();
      const outcome = await outcomeOf(invoke());
      if (outcome !== 'own answer')
        throw new Error(`${JSON.stringify(outcome)} of ${answer.body.slice(0, 3000)}`);
    }
  }, 120_000);

  it('takes the place of a sound one that is in effect: nothing is injected any more', async () => {
    const answers = fc
      .sample(malformedAnswer, { numRuns: 300, seed: 7 })
      .filter(({ status }) => status === 200);
    let aheadMs = 0;
    const clock: Clock = { ...systemClock, monotonic: () => performance.now() + aheadMs };
    for (const answer of answers) {
      front.say(soundAnswer());
      const { look, invoke } = newRealm(store, clock);
      await look();
      expect(await outcomeOf(invoke())).toBe('threw Injected');
      front.say(answer);
      aheadMs += 1001; // what is known is too old now
      await look();
      expect(await outcomeOf(invoke())).toBe('own answer');
    }
  }, 120_000);
});

describe.each(nodeVersions)('under the real runtime client, %s', (node) => {
  it('a sample of malformed doses neither fails the function nor injects', async () => {
    const built = await buildAll();
    const sandboxes = new Sandboxes();
    const answers = fc.sample(malformedAnswer, { numRuns: 24, seed: 42 });
    const fronts = await Promise.all(answers.map(() => answering()));
    try {
      const { task, opt } = built;
      await Promise.all(
        fronts.map(async ({ server, say }, index) => {
          const answer = answers[index] ?? soundAnswer();
          say(answer);
          const env = { INOCULATE_TABLE: 'functions', INOCULATE_DYNAMODB_ENDPOINT: server.url };
          const sandbox = await sandboxes.start({ task, opt, handler: 'esm/sandbox.any', node, env });
          for (let count = 0; count < 40; count += 1) {
            const { failed, value } = await sandbox.invoke(
              { do: 'nothing' },
              idIn('experimental', doseOf([])),
            );
            if (failed || value !== 'done')
              throw new Error(`${JSON.stringify(value)} of ${answer.body.slice(0, 3000)}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          expect(server.seen.length).toBeGreaterThan(0);
        }),
      );
    } finally {
      await sandboxes.stop();
      await Promise.all(fronts.map(({ server }) => server.stop()));
      built.remove();
    }
  });
});

import type { TargetFacts } from '../../../src/core/facts.ts';
import { explainFault } from '../../../src/faults/explain.ts';
import { moduleOf } from '../../../src/faults/of.ts';
import type { ControlPlaneFault, InFunctionFault } from '../../../src/generated/types.ts';

const target = 'checkout';

describe('whom an in-function fault is for', () => {
  it.each<[InFunctionFault, string]>([
    [
      {
        kind: 'invocation.latency',
        target,
        delay: 300,
        match: [
          { path: 'body.amount', atLeast: 10, below: 20 },
          { path: 'headers.x-canary', oneOf: ['yes', true] },
          { path: 'body.gift', exists: false },
        ],
      },
      ', where body.amount is at least 10 and is below 20 and headers.x-canary is one of "yes", true and body.gift is not there',
    ],
    [{ kind: 'invocation.error', target, budget: 5 }, '; at most 5 times in each sandbox'],
    [{ kind: 'invocation.error', target, budget: 1 }, '; at most once in each sandbox'],
    [
      { kind: 'invocation.error', target, stickyBy: 'body.id' },
      '; whoever has the same body.id stays in the same group',
    ],
  ])('is told in words: %j', (fault, words) => {
    const { match: _, budget: __, stickyBy: ___, ...plain } = fault;
    expect(explainFault(fault)).toBe(`${explainFault(plain)}${words}`);
  });
});

describe('faults on the configuration of functions, queues and rules', () => {
  it.each<[ControlPlaneFault, string]>([
    [{ kind: 'lambda.throttle', target, concurrency: 0 }, 'every invocation of checkout is throttled'],
    [
      { kind: 'lambda.throttle', target, concurrency: 2 },
      'at most 2 invocations of checkout run at once; the others are throttled',
    ],
    [{ kind: 'lambda.timeout', target, timeout: 90_000 }, 'checkout times out after 1m 30s'],
    [
      { kind: 'lambda.memory', target, memoryMb: 128 },
      'checkout has 128 MB of memory, and a share of a processor to match',
    ],
    [
      { kind: 'lambda.event-source-pause', target },
      'nothing is read through the event source mapping checkout',
    ],
    [
      { kind: 'eventbridge.rule-disable', target },
      'rule checkout matches no events, and its schedule does not run',
    ],
    [
      { kind: 'sqs.visibility', target, visibilityTimeout: 5_000, delay: 60_000 },
      'messages of checkout come again 5s after they were received, unless they are deleted before; new messages of checkout wait for 1m',
    ],
  ])('are told in words: %j', (fault, words) => {
    expect(explainFault(fault)).toBe(words);
  });

  const faults: readonly [ControlPlaneFault, 'always' | 'where asynchronous' | 'never'][] = [
    [{ kind: 'lambda.throttle', target, concurrency: 0 }, 'always'],
    [{ kind: 'lambda.event-source-pause', target }, 'always'],
    [{ kind: 'eventbridge.rule-disable', target }, 'always'],
    [{ kind: 'lambda.timeout', target, timeout: 1_000 }, 'where asynchronous'],
    [{ kind: 'lambda.memory', target, memoryMb: 128 }, 'where asynchronous'],
    [{ kind: 'sqs.visibility', target, delay: 1_000 }, 'never'],
  ];
  it.each(faults)('lose data, and say what (rule 8): %j %s', (fault, loses) => {
    const facts = (asynchronous: boolean): TargetFacts => ({
      name: target,
      type: 'function',
      id: 'shop',
      arn: null,
      optedIn: true,
      local: true,
      layerAttached: false,
      timeoutMs: 1_000,
      asynchronous,
    });
    const lost = (asynchronous: boolean): boolean =>
      moduleOf(fault).losesData(fault, facts(asynchronous)) !== null;
    expect([lost(false), lost(true)]).toEqual([loses === 'always', loses !== 'never']);
  });
});

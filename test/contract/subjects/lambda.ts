import type { ControlPlaneFault } from '../../../src/generated/types.ts';
import { lambdaConcurrency } from '../../../src/faults/changers/lambda-concurrency.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeLambda } from '../../support/aws/fake-lambda.ts';
import type { Resource, Subject } from '../changer-bench.ts';

const others = (change: () => void): Pick<Resource['others'][string], 'make'> => ({
  make: () => Promise.resolve(change()),
});
const onSetting = { leaves: 'drift', refusesApply: true } as const;
const besides = { leaves: 'clean', refusesApply: false } as const;

/** Reserved concurrency, with an earlier one or without. */
export function throttleSubject(reserved: number | undefined): Subject {
  const lambda = new FakeLambda();
  const aws = new FakeAws({ Lambda: lambda.service });
  let n = 0;
  const fault: ControlPlaneFault = { kind: 'lambda.throttle', target: 'checkout', concurrency: 2 };
  return {
    changer: lambdaConcurrency,
    faults: [fault],
    make() {
      const id = `function-${(n += 1)}`;
      const arn = lambda.addFunction(id, reserved === undefined ? {} : { reservedConcurrency: reserved });
      const set = (value: number | undefined): void => {
        const one = lambda.functions.get(id);
        if (one === undefined) throw new Error(`${id} is gone`);
        if (value === undefined) delete one.reservedConcurrency;
        else one.reservedConcurrency = value;
      };
      return Promise.resolve({
        target: functionTarget(id, arn),
        process: () => aws.clients(),
        describe: () => Promise.resolve(describeFunction(lambda, id)),
        others: {
          'another reserved concurrency': { ...others(() => set(50)), ...onSetting },
          ...(reserved !== undefined && {
            'no reserved concurrency': { ...others(() => set(undefined)), ...onSetting },
          }),
          'another timeout': {
            ...others(() => Object.assign(lambda.functions.get(id)?.configuration ?? {}, { Timeout: 9 })),
            ...besides,
          },
        },
        remove: () => Promise.resolve(void lambda.functions.delete(id)),
      });
    },
  };
}

export function functionTarget(id: string, arn: string): Resource['target'] {
  const asTarget = { name: 'checkout', type: 'function', optedIn: true, local: true } as const;
  return { ...asTarget, id, arn, layerAttached: false, timeoutMs: 6_000, asynchronous: null };
}

/** All that Lambda tells of a function, but its identity and revision. */
export function describeFunction(lambda: FakeLambda, id: string): ReturnType<typeof JSON.parse> {
  const one = lambda.functions.get(id);
  if (one === undefined) return null;
  const { FunctionName: _, FunctionArn: __, RevisionId: ___, ...configuration } = one.configuration;
  return JSON.parse(JSON.stringify({ ...one, configuration }));
}

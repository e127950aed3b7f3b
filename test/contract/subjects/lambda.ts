import type { Json } from '../../../src/engine/ports.ts';
import { lambdaConcurrency } from '../../../src/faults/changers/lambda-concurrency.ts';
import { lambdaConfiguration } from '../../../src/faults/changers/lambda-configuration.ts';
import { lambdaEventSource } from '../../../src/faults/changers/lambda-event-source.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeLambda } from '../../support/aws/fake-lambda.ts';
import type { Resource, Subject } from '../changer-bench.ts';
import { besides, functionTarget, onSetting, present, targetOf, without } from './support.ts';

/** Reserved concurrency, with an earlier one or without. */
export function throttleSubject(reserved?: number): Subject {
  return functionSubject(
    {
      changer: lambdaConcurrency,
      faults: [{ kind: 'lambda.throttle', target: 'checkout', concurrency: 2 }],
    },
    (lambda, id) => {
      const one = () => present(lambda.functions.get(id));
      if (reserved !== undefined) one().reservedConcurrency = reserved;
      return {
        'another reserved concurrency': onSetting(() => (one().reservedConcurrency = 50)),
        ...(reserved !== undefined && {
          'no reserved concurrency': onSetting(() => delete one().reservedConcurrency),
        }),
        'another timeout': besides(() => lambda.change(id, { Timeout: 9 })),
      };
    },
  );
}

/** Timeout and memory together, so that others may change one of them. */
export function configurationSubject(): Subject {
  return functionSubject(
    {
      changer: lambdaConfiguration,
      faults: [
        { kind: 'lambda.timeout', target: 'checkout', timeout: 2_000 },
        { kind: 'lambda.memory', target: 'checkout', memoryMb: 128 },
      ],
    },
    (lambda, id) => ({
      'another timeout': onSetting(() => lambda.change(id, { Timeout: 60 })),
      'another memory': onSetting(() => lambda.change(id, { MemorySize: 3008 })),
      both: onSetting(() => lambda.change(id, { Timeout: 60, MemorySize: 3008 })),
      'another description': besides(() => lambda.change(id, { Description: 'deployed' })),
    }),
  );
}

function functionSubject(
  subject: Pick<Subject, 'changer' | 'faults'>,
  others: (lambda: FakeLambda, id: string) => Resource['others'],
): Subject {
  const lambda = new FakeLambda();
  const aws = new FakeAws({ Lambda: lambda.service });
  return {
    ...subject,
    make() {
      const id = `function-${lambda.functions.size + 1}-${lambda.removed}`;
      const arn = lambda.addFunction(id);
      return Promise.resolve({
        target: functionTarget(id, arn),
        process: () => aws.clients(),
        describe: () => describeFunction(lambda, id),
        others: others(lambda, id),
        remove: () => Promise.resolve(lambda.removeFunction(id)),
      });
    },
  };
}

/** All that Lambda tells of a function, but its identity and revision. */
async function describeFunction(lambda: FakeLambda, id: string): Promise<Json> {
  const one = lambda.functions.get(id);
  if (one === undefined) return null;
  const configuration = await without(one.configuration, 'FunctionName', 'FunctionArn', 'RevisionId');
  return without({ ...one, configuration });
}

export function eventSourceSubject(): Subject {
  const lambda = new FakeLambda();
  const aws = new FakeAws({ Lambda: lambda.service });
  let n = 0;
  return {
    changer: lambdaEventSource,
    faults: [{ kind: 'lambda.event-source-pause', target: 'checkout', acceptsDataLoss: true }],
    make() {
      const id = `00000000-0000-4000-8000-${String((n += 1)).padStart(12, '0')}`;
      const arn = lambda.addMapping(id);
      const one = () => present(lambda.mappings.get(id)).configuration;
      return Promise.resolve({
        target: targetOf('event-source', id, arn),
        process: () => aws.clients(),
        describe: () => without(lambda.mappings.get(id)?.configuration, 'UUID', 'EventSourceMappingArn'),
        others: { 'another batch size': besides(() => (one().BatchSize = 3)) },
        remove: () => Promise.resolve(void lambda.mappings.delete(id)),
      });
    },
  };
}

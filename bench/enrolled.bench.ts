import { attach } from '../src/layer/attach.ts';
import type { InFunctionFault } from '../src/generated/types.ts';
import type { Handler } from '../src/layer/load-handler.ts';
import { contextIn, doseOf, TARGET } from './active-dose.ts';
import { failureLambda, NAME } from './failure-lambda.ts';
import { microsecondsPerCall } from './timing.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

const CALLS_PER_BATCH = 2_000;
const target = TARGET;
const bare: Handler = async (event) => event;

/** What an active dose costs those who get no fault: the control group, and bystanders. */
const benchmark: Benchmark = {
  title: 'The layer, with an active dose',
  async run() {
    process.env['AWS_LAMBDA_FUNCTION_NAME'] = target;
    process.env['FAILURE_INJECTION_PARAM'] = '{"isEnabled":true,"failureMode":"latency","rate":0}';
    const theirs = failureLambda()(bare);
    const slow: InFunctionFault = { kind: 'invocation.latency', target, delay: 100 };
    const failing: InFunctionFault = {
      kind: 'dependency.error',
      target,
      host: 'elsewhere.example',
      status: 500,
    };
    return [
      ...(await added('one fault on invocations', [slow], theirs)),
      ...(await added('one on calls', [failing], theirs)),
    ];
  },
};
export default benchmark;

async function added(
  what: string,
  faults: readonly InFunctionFault[],
  theirs: Handler,
): Promise<Measurement[]> {
  const dose = doseOf(faults);
  const env = { INOCULATE_DOSE: JSON.stringify(dose), AWS_LAMBDA_FUNCTION_NAME: target };
  const measured: Measurement[] = [];
  for (const group of ['control', 'bystander'] as const) {
    const ours = await attach(bare, env);
    const [bareUs = NaN, oursUs = NaN, theirsUs = NaN] = await microsecondsPerCall(
      [bare, ours, theirs],
      contextIn(group, dose),
      CALLS_PER_BATCH,
    );
    const oursAddedUs = oursUs - bareUs;
    const theirsAddedUs = theirsUs - bareUs;
    measured.push(
      group === 'control'
        ? { name: `added in the control group, ${what}`, value: oursAddedUs, unit: 'µs', atMost: 15 }
        : { name: `added to a bystander, ${what}`, value: oursAddedUs, unit: 'µs' },
      { name: `added by ${NAME} at rate 0, its configuration at hand`, value: theirsAddedUs, unit: 'µs' },
      { name: 'that, times the layer', value: theirsAddedUs / oursAddedUs, unit: '×' },
    );
  }
  return measured;
}

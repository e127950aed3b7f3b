import { sameJson } from './same-json.ts';
import { probed } from './probed.ts';
import type { CheckModule, Judged, SignalOf } from './module.ts';
import type { Invoked } from './probes.ts';

/** A function that answers as it should, and in time. */
export const lambdaProbe: CheckModule<'lambda.probe'> = {
  kind: 'lambda.probe',
  needs: 'invoke',
  // One invocation may fail for reasons of its own; two in a row say something.
  toleratesByDefault: 1,
  claim: (signal) => `function ${signal.function} answers as it should`,
  knownAfterMs: () => 0,

  look(signal, context) {
    const { payload = {} } = signal;
    const invocation = { function: signal.function, payload: JSON.stringify(payload) };
    return probed(context, signal.within, async (stop) =>
      judgeInvoked(signal, await context.probes.invoke(invocation, stop)),
    );
  },
};

export function judgeInvoked(
  { body: wanted }: Pick<SignalOf<'lambda.probe'>, 'body'>,
  { error, body }: Invoked,
): Pick<Judged, 'state' | 'detail'> {
  if (error !== null) return { state: 'broken', detail: `it failed: ${error}` };
  if (wanted?.contains !== undefined && !body.includes(wanted.contains))
    return { state: 'broken', detail: `an answer without ${JSON.stringify(wanted.contains)}` };
  if (wanted !== undefined && 'equals' in wanted && !sameJson(parsed(body), wanted.equals))
    return { state: 'broken', detail: 'another answer than expected' };
  return { state: 'kept', detail: 'answered' };
}

/** Undefined where the answer is no JSON: that equals no value of a file. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { probed } from './probed.ts';
import type { CheckModule, Judged, SignalOf } from './module.ts';
import type { HttpAnswer } from './probes.ts';

/** An address that answers as it should, and in time. */
export const httpProbe: CheckModule<'http.probe'> = {
  kind: 'http.probe',
  needs: 'http',
  // One request may fail for reasons of its own; two in a row say something.
  toleratesByDefault: 1,
  claim: ({ url, method = 'GET' }) => `${method} ${withoutQuery(url)} answers as it should`,
  knownAfterMs: () => 0,

  look(signal, context) {
    const { url, method = 'GET', headers = {}, body } = signal;
    return probed(context, signal.within, async (stop) => {
      const answer = await context.probes.http({ url, method, headers, readsBody: body !== undefined }, stop);
      return judgeAnswer(signal, answer);
    });
  },
};

export function judgeAnswer(
  { status: expected, body: wanted }: Pick<SignalOf<'http.probe'>, 'status' | 'body'>,
  { status, body }: HttpAnswer,
): Pick<Judged, 'state' | 'detail'> {
  const right = expected === undefined ? status >= 200 && status <= 299 : status === expected;
  if (!right)
    return {
      state: 'broken',
      detail: `status ${status} instead of ${expected ?? '200 to 299'}`,
    };
  if (wanted !== undefined && !body.includes(wanted.contains))
    return {
      state: 'broken',
      detail: `status ${status}, without ${JSON.stringify(wanted.contains)} in its body`,
    };
  return { state: 'kept', detail: `status ${status}` };
}

/** What stands behind the question mark may be long, or a secret. */
function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}

import type { DependencyErrorFault } from '../../generated/types.ts';
import { awsErrorAnswer } from '../aws/answer.ts';
import { PARTIAL_FAILURE } from '../aws/partial-operations.ts';
import { ENTRIES, partialFailure } from '../aws/partial.ts';
import { errorTrouble, inWords } from '../aws/trouble.ts';
import { addressProblem } from '../calls/address.ts';
import type { InFunctionFaultModule } from './module.ts';
import { affected, affectedCalls } from './words.ts';

export const dependencyError: InFunctionFaultModule<'dependency.error'> = {
  explain: (fault) => `${affectedCalls(fault)} ${endOf(fault)}`,
  // An error can be retried until the invocation's time is up.
  canEndProcess: true,
  // With `only`, a later attempt of the same call goes through.
  losesDataWhenAsynchronous: (fault) => fault.only === undefined,
  problem: (fault) => addressProblem(fault) ?? inWords(errorTrouble(fault)),
  answersCalls: true,
  onCall(fault, call, draw, body) {
    if (fault.error === PARTIAL_FAILURE) {
      const answer = partialFailure(fault, call, body, draw);
      return answer === undefined ? {} : { answer };
    }
    if (fault.service !== undefined && fault.error !== undefined) {
      return { answer: awsErrorAnswer(fault.service, fault.error, call) };
    }
    const text = fault.body ?? '';
    const type = /^\s*[[{]/.test(text) ? 'application/json' : 'text/plain; charset=utf-8';
    return { answer: { status: fault.status ?? 500, headers: { 'content-type': type }, body: text } };
  },
};

function endOf({ error, entries, status }: DependencyErrorFault): string {
  if (error === PARTIAL_FAILURE)
    return `succeed, except for ${affected(entries ?? ENTRIES, 'entry', 'entries')}`;
  if (error === 'throttle') return 'are throttled';
  if (error === 'server-error') return 'are answered with an error on the side of the server';
  return `are answered ${error ?? `with status ${status ?? 500}`}`;
}

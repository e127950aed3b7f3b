import { awsErrorAnswer } from '../aws/answer.ts';
import { errorTrouble, inWords } from '../aws/trouble.ts';
import { addressProblem } from '../calls/address.ts';
import type { InFunctionFaultModule } from './module.ts';
import { affectedCalls } from './words.ts';

export const dependencyError: InFunctionFaultModule<'dependency.error'> = {
  explain: (fault) =>
    `${affectedCalls(fault)} are answered ${fault.error ?? `with status ${fault.status ?? 500}`}`,
  // An error can be retried until the invocation's time is up.
  canEndProcess: true,
  // With `only`, a later attempt of the same call goes through.
  losesDataWhenAsynchronous: (fault) => fault.only === undefined,
  problem: (fault) => addressProblem(fault) ?? inWords(errorTrouble(fault)),
  answersCalls: true,
  onCall(fault, call) {
    if (fault.service !== undefined && fault.error !== undefined) {
      return { answer: awsErrorAnswer(fault.service, fault.error, call) };
    }
    const body = fault.body ?? '';
    const type = /^\s*[[{]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8';
    return { answer: { status: fault.status ?? 500, headers: { 'content-type': type }, body } };
  },
};

import { answerFor, streamedAnswerFor, type HttpAnswer } from '../answer/http.ts';
import { isHttp } from '../event/source.ts';
import type { FaultOf, InFunctionFaultModule, InvocationEffect, Moment } from './module.ts';
import { affected } from './words.ts';

type Fault = FaultOf<'invocation.response'>;

export const invocationResponse: InFunctionFaultModule<'invocation.response'> = {
  explain(fault) {
    const when = fault.when === 'after' ? 'after their handler has run' : 'instead of running their handler';
    return `${affected(fault.rate, 'HTTP request')} to ${fault.target} are answered with status ${fault.status} ${when}`;
  },
  canEndProcess: false,
  // Whoever is told that all is well does not ask again, and the handler never ran.
  losesDataWhenAsynchronous: (fault) => fault.when !== 'after' && fault.status < 400,
  problem: () => undefined,
  onInvocation(fault, moment) {
    const at = moment.streaming || fault.when !== 'after' ? 'before' : 'after';
    if (moment.at !== at) return undefined;
    if (!isHttp(moment.source)) return { skip: 'wrong-source' };
    return moment.streaming ? streamed(fault, moment) : { answer: { value: answerOf(fault, moment) } };
  },
};

function answerOf(fault: Fault, { source, event }: Moment): unknown {
  return answerFor(source, event, httpAnswer(fault));
}

function streamed(fault: Fault, { source }: Moment): InvocationEffect {
  const answer = streamedAnswerFor(source, httpAnswer(fault));
  if (answer === undefined) return { skip: 'not-applicable' };
  return { stream: { type: 'answer', when: fault.when ?? 'instead', answer } };
}

function httpAnswer({ status, headers, body }: Fault): HttpAnswer {
  return { status, headers: headers ?? {}, body: body ?? '' };
}

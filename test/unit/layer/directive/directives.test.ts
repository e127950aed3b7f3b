import { Directives } from '../../../../src/layer/directive/directives.ts';
import { Nonces } from '../../../../src/layer/directive/nonces.ts';
import { signDirective } from '../../../../src/layer/directive/token.ts';
import type { HandlerCall } from '../../../../src/layer/realm.ts';
import { doseOf } from '../../../layer/support/doses.ts';

let now = 1_800_000_000_000;
const key = Buffer.alloc(32, 7).toString('base64url');
const dose = doseOf([
  { kind: 'invocation.error', target: 'checkout', name: 'Broken' },
  { kind: 'invocation.latency', target: 'checkout', delay: 10 },
]);
let count = 0;

function token(faults: readonly string[] = []): string {
  count += 1;
  const nonce = String(count).padStart(22, '0');
  return signDirective(
    { runId: dose.runId, functionName: dose.function, faults, expiresAt: now + 20_000, nonce },
    key,
  );
}

const directives = (nonces = new Nonces()): Directives => new Directives(dose, key, () => now, nonces);
const callOf = (event: unknown, context: unknown = {}): HandlerCall => ({
  handler: () => undefined,
  self: undefined,
  args: [event, context],
  streaming: false,
});
const all = { faults: new Set(['f1', 'f2']) };
const httpContext = {
  'api-gateway-v1': { httpMethod: 'GET', requestContext: { stage: 'test' } },
  'api-gateway-v2': {
    version: '2.0',
    requestContext: { http: { method: 'GET' }, domainName: 'a.execute-api.eu-west-1.amazonaws.com' },
  },
  'function-url': {
    version: '2.0',
    requestContext: { http: { method: 'GET' }, domainName: 'a.lambda-url.eu-west-1.on.aws' },
  },
  alb: { httpMethod: 'GET', requestContext: { elb: { targetGroupArn: 'arn' } } },
};
const message = (value: unknown): object => ({
  eventSource: 'aws:sqs',
  body: '{}',
  messageAttributes: {
    InoculateDirective: {
      stringValue: value,
      stringListValues: [],
      binaryListValues: [],
      dataType: 'String',
    },
  },
});
const plain = { eventSource: 'aws:sqs', body: '{}', messageAttributes: {} };
const notification = (value: unknown): object => ({
  EventSource: 'aws:sns',
  EventVersion: '1.0',
  Sns: { Message: '{}', MessageAttributes: { InoculateDirective: { Type: 'String', Value: value } } },
});

describe('where a directive is read', () => {
  it.each(Object.entries(httpContext))('%s: in a header, in whatever case it is written', (_source, base) => {
    for (const header of ['x-inoculate-directive', 'X-Inoculate-Directive', 'X-INOCULATE-DIRECTIVE']) {
      expect(directives().look(callOf({ ...base, headers: { host: 'a', [header]: token() } }))).toEqual(all);
    }
    expect(directives().look(callOf({ ...base, headers: { host: 'a' } }))).toBeUndefined();
  });

  it('a load balancer with multi-value headers: in their list; a REST API: in both', () => {
    const { alb, 'api-gateway-v1': rest } = httpContext;
    const one = token();
    const several = { 'X-Inoculate-Directive': [one] };
    expect(directives().look(callOf({ ...alb, multiValueHeaders: several }))).toEqual(all);
    const both = { ...rest, headers: { 'X-Inoculate-Directive': one }, multiValueHeaders: several };
    expect(directives().look(callOf(both))).toEqual(all);
  });

  it('two different ones on a request are none', () => {
    const { alb, 'api-gateway-v2': http } = httpContext;
    const two = [token(), token()];
    for (const event of [
      { ...alb, multiValueHeaders: { 'x-inoculate-directive': two } },
      { ...http, headers: { 'x-inoculate-directive': two.join(',') } },
      { ...http, headers: { 'x-inoculate-directive': two[0], 'X-Inoculate-Directive': two[1] } },
    ]) {
      expect(directives().look(callOf(event))).toEqual({ ignored: 'directive-unsigned' });
    }
  });

  it('SQS and SNS: in an attribute of the message', () => {
    expect(directives().look(callOf({ Records: [message(token())] }))).toEqual(all);
    expect(directives().look(callOf({ Records: [plain] }))).toBeUndefined();
    expect(directives().look(callOf({ Records: [notification(token(['f2']))] }))).toEqual({
      faults: new Set(['f2']),
    });
  });

  it('direct invocations: in the custom part of the client context, whatever the event', () => {
    for (const name of ['Custom', 'custom']) {
      const context = { clientContext: { [name]: { 'x-inoculate-directive': token() } } };
      for (const event of [null, 'text', { any: 1 }, { Records: [plain, plain] }, httpContext.alb]) {
        expect(directives().look(callOf(event, context))).toEqual(all);
      }
    }
  });

  it('a streaming handler has its context in third place', () => {
    const context = { clientContext: { Custom: { 'x-inoculate-directive': token() } } };
    const call = { ...callOf({}), args: [{}, {}, context], streaming: true };
    expect(directives().look(call)).toEqual(all);
  });

  it('nowhere else, and nothing that is there instead is thrown at', () => {
    const odd = [undefined, null, 0, true, [], {}, [[]], { a: 1 }, 'x'];
    const { alb, 'api-gateway-v1': rest } = httpContext;
    const events = odd.flatMap((value) => [
      value,
      { headers: { 'x-inoculate-directive': value } },
      { ...rest, headers: value, multiValueHeaders: value },
      {
        ...alb,
        headers: { 'x-inoculate-directive': value },
        multiValueHeaders: { 'x-inoculate-directive': value },
      },
      { Records: value },
      { Records: [message(value), value] },
      { Records: [notification(value), value] },
      { Records: [{ eventSource: 'aws:sqs', messageAttributes: value }] },
      { Records: [{ EventSource: 'aws:sns', Sns: value }] },
    ]);
    for (const event of events) {
      for (const context of [...odd, ...odd.map((value) => ({ clientContext: { Custom: value } }))]) {
        expect(directives().take(callOf(event, context)) ?? { ignored: '' }).toHaveProperty('ignored');
      }
    }
    const elsewhere = {
      Records: [
        { eventSource: 'aws:kinesis', messageAttributes: Object(message(token())).messageAttributes },
      ],
    };
    expect(directives().look(callOf(elsewhere))).toBeUndefined();
    expect(
      directives().look(callOf({ body: token(), queryStringParameters: { a: token() } })),
    ).toBeUndefined();
  });
});

describe('a batch of messages', () => {
  it('is directed where each of its messages asks for the same', () => {
    const records = [message(token(['f1'])), message(token(['f1']))];
    expect(directives().take(callOf({ Records: records }))).toEqual({ faults: new Set(['f1']) });
  });

  it('is not where one did not ask, or asked for something else: the fault would hit it, too', () => {
    const mixed = [message(token()), plain];
    expect(directives().take(callOf({ Records: mixed }))).toEqual({ ignored: 'wrong-source' });
    const differing = [message(token(['f1'])), message(token(['f2']))];
    expect(directives().take(callOf({ Records: differing }))).toEqual({ ignored: 'wrong-source' });
  });

  it('is not where one directive stands on two messages, or any of them is ignored', () => {
    const twice = message(token());
    expect(directives().take(callOf({ Records: [twice, twice] }))).toEqual({ ignored: 'directive-repeated' });
    const forged = [message(token()), message(`${token()}A`)];
    expect(directives().take(callOf({ Records: forged }))).toEqual({ ignored: 'directive-unsigned' });
  });

  it('that is not directed uses none of its directives up', () => {
    const both = directives();
    const one = message(token());
    expect(both.take(callOf({ Records: [one, plain] }))).toEqual({ ignored: 'wrong-source' });
    expect(both.take(callOf({ Records: [one] }))).toEqual(all);
  });
});

describe('a repetition', () => {
  const request = (value: string): HandlerCall =>
    callOf({ ...httpContext['api-gateway-v2'], headers: { 'x-inoculate-directive': value } });

  it('is ignored; looking uses nothing up', () => {
    const seen = directives();
    const one = token();
    expect(seen.look(request(one))).toEqual(all);
    expect(seen.look(request(one))).toEqual(all);
    expect(seen.take(request(one))).toEqual(all);
    expect(seen.take(request(one))).toEqual({ ignored: 'directive-repeated' });
    expect(seen.take(request(token()))).toEqual(all);
  });

  it('is ignored after the same dose was taken up anew, and after the clock was set back', () => {
    const one = token();
    expect(new Directives(dose, key, () => now).take(request(one))).toEqual(all);
    expect(new Directives(dose, key, () => now).take(request(one))).toEqual({
      ignored: 'directive-repeated',
    });
    expect(new Directives(dose, key, () => now - 5_000).take(request(one))).toEqual({
      ignored: 'directive-repeated',
    });
  });

  it('is remembered in bounded memory: what cannot be remembered is ignored until others have expired', () => {
    const seen = directives();
    const first = token();
    expect(seen.take(request(first))).toEqual(all);
    for (let more = 1; more < 1_024; more += 1) expect(seen.take(request(token()))).toEqual(all);
    expect(seen.take(request(token()))).toEqual({ ignored: 'directive-repeated' });
    now += 20_000;
    expect(seen.take(request(token()))).toEqual(all);
    expect(seen.take(request(first))).toEqual({ ignored: 'directive-expired' });
  });
});

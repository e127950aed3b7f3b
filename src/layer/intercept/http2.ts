import type * as Http2 from 'node:http2';
import { Duplex } from 'node:stream';
import { logOnce, reasonOf } from '../log.ts';
import type { BoundInjection, Consideration, Gate } from './gate.ts';
import { answerStream } from './http2-answer.ts';
import { callOfHttp2 } from './http2-call.ts';
import { heldRequest, type HeldRequest } from './http2-hold.ts';
import { slowStream } from './http2-slow.ts';
import { patchMethod } from './patch.ts';
import { whenEnded } from './request-body.ts';
import { connectionError } from './unreachable.ts';
import type { OutboundCall } from '../calls/call.ts';

const METHOD = 'request';
type Session = Http2.ClientHttp2Session;
type Request = (this: Session, headers: unknown, ...rest: unknown[]) => Http2.ClientHttp2Stream;

/**
 * Intercepts what goes through sessions of node:http2, those of the AWS SDK included, at the point where a stream is
 * asked for: in the caller's asynchronous context, and for every session, also those that were open before. Returns
 * what undoes it.
 */
export function interceptHttp2(gate: Gate): () => void {
  const prototype = sessionPrototype();
  const original: unknown = Object.getOwnPropertyDescriptor(prototype, METHOD)?.value;
  if (!isRequest(original)) throw new Error('this Node has no ClientHttp2Session.request');
  let active = true;
  const request: Request = function (headers, ...rest) {
    const proceed = (): Http2.ClientHttp2Stream => Reflect.apply(original, this, [headers, ...rest]);
    // What Node says about a session that has ended is for Node to say.
    if (!active || this.destroyed || this.closed) return proceed();
    try {
      const call = callOfHttp2(this, headers);
      const consideration = gate.consider(call);
      if (consideration !== undefined) return handle(this, call, consideration, proceed);
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
    }
    return proceed();
  };
  const restore = patchMethod(prototype, METHOD, request);
  return () => {
    active = false;
    restore();
  };
}

function handle(
  session: Session,
  call: OutboundCall,
  consideration: Consideration,
  proceed: () => Http2.ClientHttp2Stream,
): Http2.ClientHttp2Stream {
  if (consideration.needsBody) {
    const held = heldRequest(session, proceed);
    whenBodyIsKnown(held, (body) => {
      const injection = body === undefined ? undefined : consideration.decide(body);
      act(held, call, injection);
    });
    return held.stream;
  }
  const injection = consideration.decide('');
  if (injection === undefined) return proceed();
  if (injection.answer === undefined && injection.unreachable === undefined) {
    const stream = proceed();
    slowStream(stream, () => injection.delay());
    return stream;
  }
  const held = heldRequest(session, proceed);
  act(held, call, injection);
  return held.stream;
}

function whenBodyIsKnown(held: HeldRequest, decide: (body: string | undefined) => void): void {
  const known = (body: string | undefined): void => {
    try {
      decide(body);
    } catch (error) {
      logOnce(`a call was left alone: ${reasonOf(error)}`);
      held.release();
    }
  };
  // A GET has ended before it is handed to its caller.
  if (held.stream.writableEnded) known('');
  else whenEnded(held.stream, known);
}

function act(held: HeldRequest, call: OutboundCall, injection: BoundInjection | undefined): void {
  if (injection === undefined) return held.release();
  if (injection.answer === undefined && injection.unreachable === undefined) {
    slowStream(held.stream, () => injection.delay());
    return held.release();
  }
  endHere(held, call, injection).catch((error: unknown) => {
    logOnce(`a call was left alone: ${reasonOf(error)}`);
    held.release();
  });
}

async function endHere(held: HeldRequest, call: OutboundCall, injection: BoundInjection): Promise<void> {
  const waited = injection.delayMs === 0 || (await injection.delay());
  const allowed = waited && (injection.isAllowed() || (await injection.confirm()));
  const { answer, unreachable } = injection;
  if (!allowed || held.stream.destroyed) return held.release();
  if (answer !== undefined) {
    const given = answer.later === undefined ? answer : await answer.later();
    answerStream(held, given, call, () => injection.ended());
    return;
  }
  injection.ended();
  if (unreachable === undefined) return held.release();
  if (unreachable.how === 'blackhole') {
    await injection.outlast();
    return held.release();
  }
  // Only this request fails: its session is shared with invocations that are none of the fault's.
  const error = connectionError(unreachable.how, call);
  setImmediate(() => held.stream.destroy(error));
}

let known: object | undefined;

/** The class of client sessions is not exported: it is read off one that never has a connection. */
function sessionPrototype(): object {
  if (known !== undefined) return known;
  const http2 = process.getBuiltinModule('node:http2');
  const nowhere = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const session = http2.connect('http://localhost', { createConnection: () => nowhere });
  session.on('error', () => undefined);
  known = Reflect.getPrototypeOf(session) ?? undefined;
  session.destroy();
  if (known === undefined) throw new Error('an HTTP/2 session has no class');
  return known;
}

function isRequest(value: unknown): value is Request {
  return typeof value === 'function';
}

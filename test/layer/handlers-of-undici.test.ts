import { answerHandler } from '../../src/layer/intercept/undici-answer.ts';
import { slowHandler } from '../../src/layer/intercept/undici-slow.ts';

// fetch in Node 22 and 24 uses the old handlers, proved in calls.test.ts; undici 7 and later from npm use these.
class ModernHandler {
  readonly events: unknown[] = [];
  onRequestStart(): void {
    this.events.push('start');
  }
  onResponseStart(_controller: unknown, status: number, headers: Record<string, string>): void {
    this.events.push([status, headers['content-type']]);
  }
  onResponseData(_controller: unknown, chunk: Uint8Array): void {
    this.events.push(Buffer.from(chunk).toString());
  }
  onResponseEnd(): void {
    this.events.push('end');
  }
  onResponseError(_controller: unknown, error: Error): void {
    this.events.push(error.message);
  }
}

const answer = { status: 503, headers: { 'Content-Type': 'text/plain' }, body: 'no' };

it('an answer is given by the new events to a handler that has them', async () => {
  const handler = new ModernHandler();
  let answered = 0;
  await answerHandler({ method: 'GET' }, handler, answer, () => (answered += 1));
  expect(handler.events).toEqual(['start', [503, 'text/plain'], 'no', 'end']);
  expect(answered).toBe(1);
});

describe('a slow answer', () => {
  const controller = (): { pauses: number; resumes: number; pause(): void; resume(): void } => ({
    pauses: 0,
    resumes: 0,
    pause() {
      this.pauses += 1;
    },
    resume() {
      this.resumes += 1;
    },
  });

  it('is paused at its headers and handed over in order', async () => {
    const handler = new ModernHandler();
    let release = (): void => undefined;
    const slow = slowHandler(handler, () => new Promise<void>((resolve) => (release = resolve)));
    const flow = controller();
    const tell = (name: string, ...args: unknown[]): void => {
      Reflect.apply(Reflect.get(slow, name) as (...all: unknown[]) => void, slow, args);
    };
    tell('onRequestStart', flow, {});
    tell('onResponseStart', flow, 103, {});
    tell('onResponseStart', flow, 200, { 'content-type': 'a' });
    tell('onResponseData', flow, Buffer.from('x'));
    tell('onResponseEnd', flow, {});
    expect(handler.events).toEqual(['start', [103, undefined]]);
    expect(flow).toMatchObject({ pauses: 1, resumes: 0 });
    release();
    await new Promise(setImmediate);
    expect(handler.events).toEqual(['start', [103, undefined], [200, 'a'], 'x', 'end']);
    expect(flow).toMatchObject({ pauses: 1, resumes: 1 });
  });

  it('is overtaken by an error, after which nothing of it arrives', async () => {
    const handler = new ModernHandler();
    let release = (): void => undefined;
    const slow = slowHandler(
      handler,
      () => new Promise<void>((resolve) => (release = resolve)),
    ) as ModernHandler;
    slow.onResponseStart(controller(), 200, {});
    slow.onResponseError(undefined, new Error('aborted'));
    release();
    await new Promise(setImmediate);
    expect(handler.events).toEqual(['aborted']);
  });
});

import { openController } from '../../src/controller/controller.ts';
import { describeError, log } from '../../src/controller/log.ts';
import { type BatchAnswer, eachRecord } from '../../src/triggers/sqs.ts';
import { tickOf } from '../../src/triggers/tick.ts';

const { engine, ports } = openController();

/** Ticks of runs. One that fails comes again. */
export function handler(event: unknown): Promise<BatchAnswer> {
  return eachRecord(
    event,
    async ({ body }) => {
      const { run, epoch, n } = tickOf(body);
      await engine.deliver(run, { type: 'tick', at: ports.clock.now(), epoch, n });
    },
    ({ body }, error) =>
      log('error', 'a tick failed and comes again', { tick: body, ...describeError(error) }),
  );
}

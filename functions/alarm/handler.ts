import { openController } from '../../src/controller/controller.ts';
import { log } from '../../src/controller/log.ts';
import { alarmStatesOf } from '../../src/triggers/alarm.ts';

const { engine, ports } = openController();

/** An alarm has changed: every run that watches it is aborted, and its faults are taken back. */
export async function handler(event: unknown): Promise<void> {
  for (const { alarm, state } of alarmStatesOf(event)) {
    log('info', 'an alarm has changed', { alarm, state });
    await engine.alarm(alarm, state, ports.clock.now());
  }
}

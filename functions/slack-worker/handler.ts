import { openController } from '../../src/controller/controller.ts';
import { workPorts } from '../../src/slack/open-worker.ts';
import { workOn } from '../../src/slack/queue-work.ts';
import type { BatchAnswer } from '../../src/triggers/sqs.ts';

const ports = workPorts(openController());

/** What was asked in Slack: commands and buttons. */
export function handler(event: unknown): Promise<BatchAnswer> {
  return workOn(ports, event);
}

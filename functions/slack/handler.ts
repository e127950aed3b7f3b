import { openReceiver } from '../../src/slack/open-receiver.ts';
import { type HttpAnswer, receive } from '../../src/slack/receive.ts';

const ports = openReceiver();

/** A request of anybody at the public address. */
export function handler(event: unknown): Promise<HttpAnswer> {
  return receive(ports, event);
}

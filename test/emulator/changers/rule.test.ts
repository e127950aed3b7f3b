import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { eventBridgeRule } from '../../../src/faults/changers/eventbridge-rule.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { targetOf, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { besides, type Emulated, onEmulator, orNull, describeOnEmulator } from './emulated.ts';

async function makeRule(on: Emulated, ownBus: boolean): Promise<Resource> {
  const { eventBridge } = on.clients;
  const EventBusName = ownBus ? on.name() : 'default';
  if (ownBus) await eventBridge.send(new CreateEventBusCommand({ Name: EventBusName }));
  const rule = { Name: on.name(), EventBusName };
  const EventPattern = '{"source":["shop"]}';
  const { RuleArn = '' } = await eventBridge.send(
    new PutRuleCommand({ ...rule, EventPattern, Tags: [{ Key: 'inoculate', Value: 'allow' }] }),
  );
  const read = () => orNull(eventBridge.send(new DescribeRuleCommand(rule)), 'ResourceNotFoundException');
  return {
    target: targetOf('rule', ownBus ? `${EventBusName}/${rule.Name}` : rule.Name, RuleArn),
    process: () => on.process(),
    describe: async () => without((await read()) ?? undefined, '$metadata', 'Name', 'Arn', 'EventBusName'),
    others: {
      'another pattern': besides(async () => {
        // PutRule replaces the whole rule: who changes its pattern keeps its state, or changes that as well.
        const { State } = await eventBridge.send(new DescribeRuleCommand(rule));
        await eventBridge.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["other"]}', State }));
      }),
    },
    remove: async () => void (await eventBridge.send(new DeleteRuleCommand(rule))),
  };
}

describeWithEmulator('rules, as the emulator has them', () => {
  const disable = {
    changer: eventBridgeRule,
    faults: [{ kind: 'eventbridge.rule-disable', target: 'checkout' }],
  } as const;
  describeOnEmulator('on the default bus', () => onEmulator(disable, (on) => makeRule(on, false)), {
    histories: 10,
  });
  describeOnEmulator('on a bus of its own', () => onEmulator(disable, (on) => makeRule(on, true)), {
    histories: 10,
  });
});

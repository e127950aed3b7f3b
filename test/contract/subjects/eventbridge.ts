import { eventBridgeRule } from '../../../src/faults/changers/eventbridge-rule.ts';
import { FakeAws } from '../../support/aws/fake-aws.ts';
import { FakeEventBridge } from '../../support/aws/fake-eventbridge.ts';
import type { Subject } from '../changer-bench.ts';
import { besides, onSetting, present, targetOf, without } from './support.ts';

export function ruleSubject(bus = 'default'): Subject {
  const eventBridge = new FakeEventBridge();
  const aws = new FakeAws({ EventBridge: eventBridge.service });
  let n = 0;
  return {
    changer: eventBridgeRule,
    faults: [{ kind: 'eventbridge.rule-disable', target: 'checkout', acceptsDataLoss: true }],
    make() {
      const name = `rule-${(n += 1)}`;
      const arn = eventBridge.addRule(name, bus);
      const one = () => present(eventBridge.rules.get(`${bus}/${name}`));
      return Promise.resolve({
        target: targetOf('rule', bus === 'default' ? name : `${bus}/${name}`, arn),
        process: () => aws.clients(),
        describe: () => without(eventBridge.rules.get(`${bus}/${name}`), 'Name', 'Arn'),
        others: {
          'a state that only PutRule sets': onSetting(
            () => (one().State = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
          ),
          'another pattern': besides(() => (one().EventPattern = '{"source":["other"]}')),
        },
        remove: () => Promise.resolve(void eventBridge.rules.delete(`${bus}/${name}`)),
      });
    },
  };
}

import { eventBridgeRule } from './changers/eventbridge-rule.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const eventbridgeRuleDisable: ControlPlaneFaultModule<'eventbridge.rule-disable'> = {
  explain: ({ target }) => `rule ${target} matches no events, and its schedule does not run`,
  losesData: () => 'events that the rule would have matched meanwhile reach no target, then or later',
  changer: eventBridgeRule,
};

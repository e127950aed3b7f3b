import {
  type DescribeRuleResponse,
  ManagedRuleException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

interface Named {
  readonly Name: string;
  readonly EventBusName?: string;
}

/** Rules on any bus, as EventBridge keeps them. */
export class FakeEventBridge {
  /** By `BUS/NAME`. */
  readonly rules = new Map<string, DescribeRuleResponse>();

  addRule(Name: string, EventBusName = 'default', change: Partial<DescribeRuleResponse> = {}): string {
    const path = EventBusName === 'default' ? Name : `${EventBusName}/${Name}`;
    const Arn = `arn:aws:events:${fakeRegion}:${fakeAccount}:rule/${path}`;
    const rule = { EventPattern: '{"source":["shop"]}', Description: 'a rule', State: 'ENABLED' as const };
    this.rules.set(`${EventBusName}/${Name}`, { Name, Arn, EventBusName, ...rule, ...change });
    return Arn;
  }

  readonly service: FakeService = {
    DescribeRule: (input: Named) => this.#rule(input),
    DisableRule: (input: Named) => this.#set(input, 'DISABLED'),
    EnableRule: (input: Named) => this.#set(input, 'ENABLED'),
    ListTagsForResource: () => ({ Tags: [{ Key: 'inoculate', Value: 'allow' }] }),
  };

  #set(input: Named, State: 'ENABLED' | 'DISABLED'): object {
    const rule = this.#rule(input);
    if (rule.ManagedBy !== undefined) throw new ManagedRuleException(thrown(400, 'A managed rule'));
    rule.State = State;
    return {};
  }

  #rule({ Name, EventBusName = 'default' }: Named): DescribeRuleResponse {
    const found = this.rules.get(`${EventBusName}/${Name}`);
    if (found === undefined)
      throw new ResourceNotFoundException(
        thrown(400, `Rule ${Name} does not exist on EventBus ${EventBusName}.`),
      );
    return found;
  }
}

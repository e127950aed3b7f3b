import {
  type DescribeRuleResponse,
  InvalidEventPatternException,
  ManagedRuleException,
  ResourceNotFoundException,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { fakeAccount, fakeRegion, type FakeService, thrown } from './fake-aws.ts';

interface Named {
  readonly Name: string;
  readonly EventBusName?: string;
}

interface OfRule {
  readonly Rule: string;
  readonly EventBusName?: string;
}

interface Page {
  readonly NextToken?: string;
}

/** Every list comes in pages of two, so that nobody forgets the second. */
const pageSize = 2;

function page<T>(
  items: readonly T[],
  { NextToken = '0' }: Page,
): { items: readonly T[]; NextToken?: string } {
  const start = Number(NextToken);
  const end = start + pageSize;
  return { items: items.slice(start, end), ...(end < items.length ? { NextToken: String(end) } : {}) };
}

/** Rules on any bus, as EventBridge keeps them. */
export class FakeEventBridge {
  /** By `BUS/NAME`. */
  readonly rules = new Map<string, DescribeRuleResponse>();
  /** By `BUS/NAME` of the rule, then by their ids. */
  readonly targets = new Map<string, Map<string, Target>>();
  readonly buses = new Set(['default']);

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
    ListEventBuses: (input: Page) => {
      const { items, ...rest } = page([...this.buses].sort(), input);
      return { EventBuses: items.map((Name) => ({ Name })), ...rest };
    },
    ListRules: (input: Page & { NamePrefix: string; EventBusName?: string }) => {
      const bus = this.#bus(input);
      const found = [...this.rules.values()].filter(
        ({ Name = '', EventBusName }) => EventBusName === bus && Name.startsWith(input.NamePrefix),
      );
      const { items, ...rest } = page(found, input);
      return { Rules: items, ...rest };
    },
    PutRule: (input: Named & Partial<DescribeRuleResponse>) => {
      const bus = this.#bus(input);
      const { Name, EventBusName: _bus, ...rest } = input;
      return { RuleArn: this.addRule(Name, bus, { ...this.rules.get(`${bus}/${Name}`), ...rest }) };
    },
    PutTargets: (input: OfRule & { Targets: Target[] }) => {
      const targets = this.#targetsOf(input);
      for (const target of input.Targets) targets.set(target.Id ?? '', target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (input: OfRule & { Ids: string[] }) => {
      const targets = this.#targetsOf(input);
      const unknown = input.Ids.filter((id) => !targets.delete(id));
      const FailedEntries = unknown.map((TargetId) => ({ TargetId, ErrorCode: 'ResourceNotFoundException' }));
      return { FailedEntryCount: unknown.length, FailedEntries };
    },
    DeleteRule: (input: Named) => {
      const key = `${this.#bus(input)}/${input.Name}`;
      if ((this.targets.get(key)?.size ?? 0) > 0)
        throw Object.assign(new Error("Rule can't be deleted since it has targets."), {
          name: 'ValidationException',
        });
      this.rules.delete(key);
      this.targets.delete(key);
      return {};
    },
    TestEventPattern: ({ EventPattern }: { EventPattern: string }) => {
      const pattern = JSON.parse(EventPattern) as Record<string, unknown>;
      if (!Array.isArray(pattern['source']))
        throw new InvalidEventPatternException(thrown(400, 'Event pattern is not valid'));
      return { Result: false };
    },
  };

  #bus({ EventBusName = 'default' }: { readonly EventBusName?: string }): string {
    if (this.buses.has(EventBusName)) return EventBusName;
    throw new ResourceNotFoundException(thrown(400, `Event bus ${EventBusName} does not exist.`));
  }

  #targetsOf({ Rule, EventBusName = 'default' }: OfRule): Map<string, Target> {
    this.#rule({ Name: Rule, EventBusName });
    const key = `${EventBusName}/${Rule}`;
    const known = this.targets.get(key) ?? new Map<string, Target>();
    this.targets.set(key, known);
    return known;
  }

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

import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import type { ResolvedTarget, TargetResolver } from './module.ts';

/** A rule by its name and bus. Its id is what stands in its ARN: the name alone on the default bus, else `BUS/NAME`. */
export const ruleResolver: TargetResolver = {
  async resolve(target, { aws, signal }): Promise<ResolvedTarget | null> {
    if (!('rule' in target)) throw new Error(`Not a rule: ${JSON.stringify(target)}`);
    const { rule, bus = 'default' } = target;
    const client = aws.get(EventBridgeClient);
    const options = { abortSignal: signal };
    try {
      const { Arn } = await client.send(new DescribeRuleCommand({ Name: rule, EventBusName: bus }), options);
      if (Arn === undefined) return null;
      const { Tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN: Arn }), options);
      return {
        id: bus === 'default' ? rule : `${bus}/${rule}`,
        arn: Arn,
        tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  },
};

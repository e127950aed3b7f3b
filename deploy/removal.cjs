// What goes before the service does: nothing that is under way, and what was made at run time.
'use strict';

const { BatchGetItemCommand, DynamoDBClient, QueryCommand } = require('@aws-sdk/client-dynamodb');
const {
  DeleteRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} = require('@aws-sdk/client-eventbridge');

/** DynamoDB reads this many items in one call. */
const itemsPerCall = 100;

/**
 * @param {string} prefix of all names: `inoculate-dev`
 * @param {string} region
 */
exports.removalOf = (prefix, region) => {
  const table = `${prefix}-control`;
  const database = new DynamoDBClient({ region });
  const events = new EventBridgeClient({ region });

  return {
    /** Runs that may have changed something. A controller without its table has none. */
    async runsUnderWay() {
      try {
        return (await underWay(await activeRuns())).sort();
      } catch (error) {
        if (error.name === 'ResourceNotFoundException') return [];
        throw error;
      }
    },

    /** The schedules of experiments go with their group; rules are on the default bus. */
    async removeRules() {
      let token;
      do {
        const page = await events.send(
          new ListRulesCommand({ NamePrefix: `${prefix}-x-`, NextToken: token }),
        );
        for (const { Name } of page.Rules ?? []) await removeRule(Name);
        token = page.NextToken;
      } while (token !== undefined);
    },
  };

  async function activeRuns() {
    const runs = [];
    let startKey;
    do {
      const page = await database.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :active',
          ExpressionAttributeValues: { ':active': { S: 'active' } },
          ExclusiveStartKey: startKey,
        }),
      );
      runs.push(...(page.Items ?? []).map(({ sk }) => sk.S));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
    return runs;
  }

  async function underWay(runs) {
    const found = [];
    for (let start = 0; start < runs.length; start += itemsPerCall) {
      let keys = runs
        .slice(start, start + itemsPerCall)
        .map((run) => ({ pk: { S: `run#${run}` }, sk: { S: 'state' } }));
      while (keys.length > 0) {
        const { Responses, UnprocessedKeys } = await database.send(
          new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
        );
        found.push(...(Responses?.[table] ?? []));
        keys = UnprocessedKeys?.[table]?.Keys ?? [];
      }
    }
    return found.filter(({ phase }) => phase?.S !== 'ended').map(({ pk }) => pk.S.slice('run#'.length));
  }

  async function removeRule(name) {
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: name }));
    if (Targets.length > 0)
      await events.send(new RemoveTargetsCommand({ Rule: name, Ids: Targets.map(({ Id }) => Id) }));
    await events.send(new DeleteRuleCommand({ Name: name }));
  }
};

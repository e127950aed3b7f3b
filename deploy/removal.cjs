// What goes before the service does: nothing that is under way, and what was made at run time.
'use strict';

const { BatchGetItemCommand, DynamoDBClient, QueryCommand } = require('@aws-sdk/client-dynamodb');
const {
  DeleteRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} = require('@aws-sdk/client-eventbridge');
const { DeleteObjectsCommand, ListObjectsV2Command, S3Client } = require('@aws-sdk/client-s3');

/** DynamoDB reads this many items in one call. */
const itemsPerCall = 100;

/**
 * @param {string} prefix of all names: `inoculate-dev`
 * @param {string} region
 */
exports.removalOf = (prefix, region) => {
  const table = `${prefix}-control`;
  // What else begins so belongs to a stage whose name goes on with "-x".
  const ofExperiment = new RegExp(`^${prefix}-x-[0-9a-f]{16}-[0-9]+$`);
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

    /** CloudFormation deletes no bucket with something in it; a stage whose data are kept is not asked for this. */
    async emptyReports(bucket) {
      const s3 = new S3Client({ region });
      try {
        for (;;) {
          const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
          if (Contents.length === 0) return;
          await deleteObjects(s3, bucket, Contents);
        }
      } catch (error) {
        if (error.name !== 'NoSuchBucket') throw error;
      }
    },

    /** The schedules of experiments go with their group; their rules are on whatever bus their triggers name. */
    async removeRules() {
      for (const bus of await busNames())
        for (const rule of await rulesOn(bus)) if (ofExperiment.test(rule)) await removeRule(bus, rule);
    },
  };

  async function busNames() {
    const names = [];
    let token;
    do {
      const page = await events.send(new ListEventBusesCommand({ NextToken: token }));
      names.push(...(page.EventBuses ?? []).map(({ Name }) => Name));
      token = page.NextToken;
    } while (token !== undefined);
    return names;
  }

  async function rulesOn(bus) {
    const names = [];
    let token;
    do {
      const page = await events.send(
        new ListRulesCommand({ NamePrefix: `${prefix}-x-`, EventBusName: bus, NextToken: token }),
      );
      names.push(...(page.Rules ?? []).map(({ Name }) => Name));
      token = page.NextToken;
    } while (token !== undefined);
    return names;
  }

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

  /** A page is at most 1000 objects, and so is what one call deletes. */
  async function deleteObjects(s3, bucket, contents) {
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: contents.map(({ Key }) => ({ Key })), Quiet: true },
      }),
    );
    const [first] = Errors;
    if (first !== undefined)
      throw new Error(
        `${Errors.length} reports in ${bucket} cannot be deleted: ${first.Key}: ${first.Code} ${first.Message}`,
      );
  }

  async function removeRule(EventBusName, Name) {
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
    if (Targets.length > 0)
      await events.send(
        new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: Targets.map(({ Id }) => Id) }),
      );
    await events.send(new DeleteRuleCommand({ Name, EventBusName }));
  }
};

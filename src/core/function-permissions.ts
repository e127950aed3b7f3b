/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  /** With CloudFormation's pseudo parameters, as in `${AWS::Region}`. */
  readonly Resource: string;
  readonly Condition: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;
}

/** The table with doses and telemetry of the controller of a stage. */
export function functionTableOf(stage: string): string {
  return `inoculate-${stage}-functions`;
}

/**
 * What the role of target functions needs beyond its own: to read their doses, and to write their telemetry. Nothing else in
 * the table, whatever other functions it serves.
 */
export function functionStatements(functionNames: readonly string[], table: string): readonly Statement[] {
  const Resource = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/' + table;
  return [
    {
      Sid: 'InoculateReadOwnDose',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem'],
      Resource,
      Condition: leadingKeys(functionNames.map((name) => `dose#${name}`)),
    },
    {
      Sid: 'InoculateWriteOwnTelemetry',
      Effect: 'Allow',
      Action: ['dynamodb:PutItem'],
      Resource,
      Condition: leadingKeys(functionNames.map((name) => `telemetry#${name}`)),
    },
  ];
}

/** `ForAllValues` alone is also true of a request that names no key at all. */
function leadingKeys(keys: readonly string[]): Statement['Condition'] {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

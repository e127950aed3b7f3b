/** One statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const functionTableArn = 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/inoculate-functions';

/** What the role of a target function needs beyond its own: to read its dose, and to write its telemetry. Nothing else in the table. */
export function functionStatements(functionName: string): readonly Statement[] {
  return [
    {
      Sid: 'InoculateReadOwnDose',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem'],
      Resource: functionTableArn,
      Condition: leadingKey(`dose#${functionName}`),
    },
    {
      Sid: 'InoculateWriteOwnTelemetry',
      Effect: 'Allow',
      Action: ['dynamodb:PutItem'],
      Resource: functionTableArn,
      Condition: leadingKey(`telemetry#${functionName}`),
    },
  ];
}

function leadingKey(key: string): NonNullable<Statement['Condition']> {
  return { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [key] } };
}

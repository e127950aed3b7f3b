import type { TargetType } from './facts.ts';

/** How things of one type are named in a file, and by which of its names a thing is known. */
export interface NameRule {
  /** The property that holds the name. */
  readonly property: string;
  /** For people: "a DynamoDB table". */
  readonly what: string;
  /** Each form in which it may be written; the first group is the name itself. */
  readonly forms: readonly RegExp[];
  readonly expected: string;
}

const account = '\\d{12}';
const region = '[a-z0-9-]+';
const arn = (service: string, resource: string): RegExp =>
  new RegExp(`^arn:aws[a-z-]*:${service}:${region}:${account}:${resource}$`);

/** By the names that AWS documents for each of them. Functions have rules of their own. */
export const nameRules: Readonly<Record<Exclude<TargetType, 'function'>, readonly NameRule[]>> = {
  table: [
    {
      property: 'table',
      what: 'a DynamoDB table',
      forms: [/^([A-Za-z0-9_.-]{3,255})$/, arn('dynamodb', 'table/([A-Za-z0-9_.-]{3,255})')],
      expected: '3 to 255 letters, digits, hyphens, underscores and dots, or an ARN',
    },
  ],
  queue: [
    {
      property: 'queue',
      what: 'an SQS queue',
      forms: [
        /^(?=.{1,80}$)([A-Za-z0-9_-]+(?:\.fifo)?)$/,
        /^https?:\/\/[A-Za-z0-9.:-]+\/\d{12}\/([A-Za-z0-9_-]+(?:\.fifo)?)$/,
        arn('sqs', '([A-Za-z0-9_-]+(?:\\.fifo)?)'),
      ],
      expected:
        'at most 80 letters, digits, hyphens and underscores (a FIFO queue ends with .fifo), its URL or its ARN',
    },
  ],
  topic: [
    {
      property: 'topic',
      what: 'an SNS topic',
      forms: [/^(?=.{1,256}$)([A-Za-z0-9_-]+(?:\.fifo)?)$/, arn('sns', '([A-Za-z0-9_-]+(?:\\.fifo)?)')],
      expected:
        'at most 256 letters, digits, hyphens and underscores (a FIFO topic ends with .fifo), or its ARN',
    },
  ],
  bucket: [
    {
      property: 'bucket',
      what: 'an S3 bucket',
      forms: [/^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/],
      expected: '3 to 63 lower-case letters, digits, hyphens and dots, with a letter or digit at both ends',
    },
  ],
  rule: [
    {
      property: 'rule',
      what: 'an EventBridge rule',
      forms: [/^([A-Za-z0-9._-]{1,64})$/],
      expected: 'at most 64 letters, digits, dots, hyphens and underscores: its name, without its bus',
    },
    {
      property: 'bus',
      what: 'an event bus',
      forms: [/^([A-Za-z0-9._/-]{1,256})$/],
      expected: 'the name of the bus: letters, digits, dots, hyphens, underscores and slashes',
    },
  ],
  'api-stage': [
    {
      property: 'api',
      what: 'an API',
      forms: [/^([a-z0-9]{1,64})$/],
      expected: "the API's id, such as a1b2c3d4e5",
    },
    {
      property: 'apiStage',
      what: 'a stage of an API',
      forms: [/^([A-Za-z0-9_-]{1,128}|\$default)$/],
      expected: 'at most 128 letters, digits, hyphens and underscores, or $default',
    },
  ],
  'health-check': [
    {
      property: 'healthCheck',
      what: 'a Route 53 health check',
      forms: [/^([A-Za-z0-9-]{1,64})$/],
      expected: 'its id, such as 01234567-89ab-cdef-0123-456789abcdef',
    },
  ],
  'fis-template': [
    {
      property: 'fisTemplate',
      what: 'an experiment template of AWS FIS',
      forms: [/^([A-Za-z0-9]{1,64})$/],
      expected: 'its id, such as EXT1a2b3c4d5e6f7',
    },
  ],
  'event-source': [
    {
      property: 'eventSource',
      what: 'an event source',
      forms: [/^([A-Za-z0-9_.-]{1,255})$/, /^(arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:\S+)$/],
      expected: "the queue's, stream's or table's name or ARN, or the mapping's UUID",
    },
    {
      property: 'consumer',
      what: 'a Lambda function',
      forms: [
        /^([A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9$_-]+)?)$/,
        arn('lambda', 'function:([A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9$_-]+)?)'),
      ],
      expected: "the consumer's name or ARN",
    },
  ],
};

/** What a text names by a rule; undefined where it cannot be such a name. */
export function nameIn(text: string, { forms }: NameRule): string | undefined {
  for (const form of forms) {
    const name = form.exec(text)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

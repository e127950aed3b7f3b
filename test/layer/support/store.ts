import { request, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Dose, Telemetry } from '../../../src/generated/types.ts';
import { LocalServer, type Seen } from './server.ts';

/** How the store behaves towards the layer. */
export type Mood =
  'well' | 'hangs' | 'denies' | 'throttles' | 'is broken' | 'an hour ahead' | 'an hour behind';

export const TABLE = 'functions';

// dynalite has no types; this is what its documentation says.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

/** The function table in a real DynamoDB engine, and a front door to it that can misbehave. */
export class TestStore {
  mood: Mood = 'well';
  readonly front: LocalServer;
  readonly client: DynamoDBClient;
  readonly #stopEngine: () => Promise<void>;

  static async start(): Promise<TestStore> {
    const engine = dynalite({ createTableMs: 0 });
    await new Promise<void>((done) => engine.listen(0, '127.0.0.1', () => done()));
    const { port } = engine.address() as AddressInfo;
    const stop = async (): Promise<void> => {
      await new Promise<void>((done) => engine.close(() => done()));
    };
    const store = new TestStore(port, await LocalServer.start(() => undefined), stop);
    await store.client.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    return store;
  }

  private constructor(port: number, front: LocalServer, stopEngine: () => Promise<void>) {
    this.front = front;
    this.#stopEngine = stopEngine;
    front.respond = (seen, response) => this.#answer(seen, response, port);
    this.client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** What a function's environment needs to find this store. */
  env(): Record<string, string> {
    return { INOCULATE_TABLE: TABLE, INOCULATE_DYNAMODB_ENDPOINT: this.front.url };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.front.stop();
    await this.#stopEngine();
  }

  async putDose(dose: Dose, changes: Readonly<Record<string, object>> = {}): Promise<void> {
    await this.#put({
      v: { N: '1' },
      epoch: { N: String(dose.epoch) },
      cleared: { BOOL: false },
      expiresAt: { N: String(dose.expiresAt) },
      body: { S: JSON.stringify(dose) },
      ...changes,
    });
  }

  async clearDose(): Promise<void> {
    await this.#put({ v: { N: '1' }, epoch: { N: '1' }, cleared: { BOOL: true }, expiresAt: { N: '0' } });
  }

  async #put(attributes: Readonly<Record<string, object>>): Promise<void> {
    const key = { pk: { S: 'dose#checkout' }, sk: { S: 'dose' } };
    const Item = { ...key, ...attributes } as NonNullable<
      ConstructorParameters<typeof PutItemCommand>[0]['Item']
    >;
    await this.client.send(new PutItemCommand({ TableName: TABLE, Item }));
  }

  async telemetry(): Promise<Telemetry[]> {
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'telemetry#checkout' } },
      }),
    );
    return Items.map((item) => JSON.parse(item['body']?.S ?? '') as Telemetry);
  }

  /** How often the layer called an operation. */
  calls(operation: 'GetItem' | 'PutItem'): Seen[] {
    return this.front.seen.filter(({ headers }) => String(headers['x-amz-target']).endsWith(`.${operation}`));
  }

  #answer(seen: Seen, response: ServerResponse, port: number): void {
    if (this.mood === 'hangs') return;
    if (this.mood === 'denies') {
      const body = { __type: 'com.amazon.coral.service#AccessDeniedException', message: 'not authorized' };
      response.writeHead(400).end(JSON.stringify(body));
      return;
    }
    if (this.mood === 'throttles' || this.mood === 'is broken') {
      const error =
        this.mood === 'throttles' ? 'ProvisionedThroughputExceededException' : 'InternalServerError';
      response.writeHead(this.mood === 'throttles' ? 400 : 500).end(JSON.stringify({ __type: `x#${error}` }));
      return;
    }
    const skewMs = { well: 0, 'an hour ahead': 3_600_000, 'an hour behind': -3_600_000 }[this.mood];
    const forward = request({ port, method: 'POST', path: '/', headers: seen.headers }, (answer) => {
      const date = new Date(Date.now() + skewMs).toUTCString();
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date });
      answer.pipe(response);
    });
    forward.on('error', () => response.destroy());
    forward.end(seen.body);
  }
}

/** Asks again until the answer satisfies; for what happens in the background. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  more: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it never came to that: ${JSON.stringify(answer)} ${more()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

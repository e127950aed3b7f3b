import type { AwsClientConfig } from '../../../src/aws/clients.ts';
import type { AwsCall } from './watched-aws.ts';
import { WatchedAws } from './watched-aws.ts';

/** One service, by its actions. Each takes the input that the SDK was given, and answers or throws as the service does. */
export type FakeService = Readonly<Record<string, (input: never) => unknown>>;

export const fakeRegion = 'eu-central-1';
export const fakeAccount = '123456789012';

/** Services of one account, by the SDK's names of their clients. */
export class FakeAws {
  readonly #services: Readonly<Record<string, FakeService>>;

  constructor(services: Readonly<Record<string, FakeService>>) {
    this.#services = services;
  }

  /** Of a new process. */
  clients(config: AwsClientConfig = {}): WatchedAws {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return new WatchedAws({ region: fakeRegion, credentials, ...config }, (call) => this.#answer(call));
  }

  #answer({ service, action, input }: AwsCall): unknown {
    const known = this.#services[service]?.[action];
    if (known === undefined) throw new Error(`The fake of ${service} has no ${action}`);
    return known(input as never);
  }
}

/** What an exception's constructor takes. */
export function thrown(
  httpStatusCode: number,
  message: string,
): { readonly message: string; readonly $metadata: { readonly httpStatusCode: number } } {
  return { message, $metadata: { httpStatusCode } };
}

import type { AwsCredentialIdentity, RequestHandler } from '@smithy/types';

/** How every client of one process reaches AWS; what is left out comes from the environment, as the SDK reads it. */
export interface AwsClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity;
  /** Attempts of one call, the first included. */
  readonly maxAttempts?: number;
  /** In place of the network, at a test's edge. */
  readonly requestHandler?: RequestHandler<unknown, unknown>;
}

type ClientClass<C> = new (config: never) => C;

/** One client of each service and process. A service's SDK is loaded by the module that names its class here. */
export class AwsClients {
  readonly #config: AwsClientConfig;
  readonly #clients = new Map<ClientClass<unknown>, { destroy(): void }>();

  constructor(config: AwsClientConfig = {}) {
    this.#config = config;
  }

  get<C extends { destroy(): void }>(client: ClientClass<C>): C {
    const known = this.#clients.get(client);
    if (known !== undefined) return known as C;
    const made = new client(this.#config as never);
    this.#clients.set(client, made);
    return made;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }
}

import type { AwsCredentialIdentity, RequestHandler } from '@smithy/types';

/** How every client of one process reaches AWS; what is left out comes from the environment, as the SDK reads it. */
export interface AwsClientConfig {
  readonly region?: string;
  /** In the user's AWS configuration files; for the command line. */
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity;
  /** Attempts of one call, the first included. */
  readonly maxAttempts?: number;
  /** In place of the network, at a test's edge. */
  readonly requestHandler?: RequestHandler<unknown, unknown>;
}

type ClientClass<C> = new (config: never) => C;

interface Client {
  destroy(): void;
}

/** One client of each service and process. A service's SDK is loaded by the module that names its class here. */
export class AwsClients {
  readonly #config: AwsClientConfig;
  readonly #clients = new Map<ClientClass<unknown>, Client>();
  readonly #sendingOnce = new Map<ClientClass<unknown>, Client>();

  constructor(config: AwsClientConfig = {}) {
    this.#config = config;
  }

  get<C extends Client>(client: ClientClass<C>): C {
    return this.#of(client, this.#clients, this.#config);
  }

  /**
   * For calls that change a resource under a fault: what the SDK sends again, after an attempt without an answer, would
   * meet what somebody else wrote meanwhile, or land after the fault was taken away. Whoever calls decides again instead.
   */
  sendingOnce<C extends Client>(client: ClientClass<C>): C {
    return this.#of(client, this.#sendingOnce, { ...this.#config, maxAttempts: 1 });
  }

  destroy(): void {
    for (const clients of [this.#clients, this.#sendingOnce]) {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    }
  }

  #of<C extends Client>(
    client: ClientClass<C>,
    clients: Map<ClientClass<unknown>, Client>,
    config: AwsClientConfig,
  ): C {
    const known = clients.get(client);
    if (known !== undefined) return known as C;
    const made = new client(config as never);
    clients.set(client, made);
    return made;
  }
}

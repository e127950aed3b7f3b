import type { AccessRequest } from '../../../src/iam/policy.ts';
import type { Place } from './deployed.ts';

/** What of a recorded call decides whether it is allowed. */
export interface Call {
  readonly principal: string;
  /** As in the signature's scope. */
  readonly service: string;
  /** The API's operation. */
  readonly action: string;
  readonly path?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface World extends Place {
  /** Tags of a resource, by its ARN. */
  readonly tagsOf: (arn: string) => Readonly<Record<string, string>>;
  /** The function of an event source mapping, by its UUID. */
  readonly functionOf?: (uuid: string) => string;
}

/** ARNs of one account and Region. */
export class Arns {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  of(service: string, resource: string): string {
    const { partition, region, account } = this.#world;
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  }

  global(service: string, resource: string, withAccount = false): string {
    const { partition, account } = this.#world;
    return `arn:${partition}:${service}::${withAccount ? account : ''}:${resource}`;
  }

  /** With the tags of the resource, where the service puts them into the context. */
  tagged(action: string, resource: string, context: AccessRequest['context'] = {}): AccessRequest {
    const tags = Object.entries(this.#world.tagsOf(resource)).map(
      ([key, value]) => [`aws:ResourceTag/${key}`, value] as const,
    );
    return { action, resource, context: { ...Object.fromEntries(tags), ...context } };
  }
}

export function textOf(input: Readonly<Record<string, unknown>>, ...names: readonly string[]): string {
  const found = names.map((name) => input[name]).find((value) => typeof value === 'string');
  if (found === undefined) throw new Error(`None of ${names.join(', ')} is in ${JSON.stringify(input)}`);
  return found;
}

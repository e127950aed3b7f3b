import { createRequire } from 'node:module';
import { errorsOf, type AwsError } from '../../src/layer/aws/errors.ts';
import { isKnownService, resourceFacts, type KnownService } from '../../src/layer/aws/resources.ts';
import { generic, written } from '../../src/layer/aws/written.ts';
import { packages } from './aws-models.ts';
import { cells, head } from './page.ts';

const require = createRequire(import.meta.url);

type Classify = (error: object) => boolean;

/** How the SDK itself sorts what it gets: what is of any of these kinds is tried again. */
const kinds: readonly Classify[] = (() => {
  const retry = require('@smithy/core/retry') as Record<string, Classify>;
  return ['isThrottlingError', 'isTransientError', 'isServerError'].map((name) => {
    const classify = retry[name];
    if (classify === undefined) throw new Error(`The SDK has no ${name}`);
    return classify;
  });
})();

/** Every error of the catalogue, for docs/FAULTS.md: those most asked for in full, all others by name. */
export function errorCatalogue(): string {
  const services = Object.keys(resourceFacts).filter(isKnownService);
  return [
    head('service', 'error', 'status', 'retried by the SDK', 'also as'),
    ...services.flatMap(first),
    '',
    'All other errors of the models, with their status; those in bold are retried:',
    '',
    ...services.map(others),
  ].join('\n');
}

function first(service: KnownService): string[] {
  const { throttle, serverError } = generic[service];
  return Object.keys(written[service]).map((name) => {
    const error = errorsOf(service).get(name);
    if (error === undefined) throw new Error(`${service} has no ${name}`);
    const also = [
      ...(name === throttle ? ['`throttle`'] : []),
      ...(name === serverError ? ['`server-error`'] : []),
      ...(error.code === name ? [] : [`\`${error.code}\``]),
    ];
    return cells(
      service,
      `\`${name}\``,
      String(error.status),
      isRetried(service, error) ? 'yes' : 'no',
      also.join(', '),
    );
  });
}

function others(service: KnownService): string {
  const names = [...errorsOf(service).values()]
    .filter(({ name }) => !Object.hasOwn(written[service], name))
    .map((error) => {
      const text = `${error.name} ${error.status}`;
      return isRetried(service, error) ? `**${text}**` : text;
    });
  return `- \`${service}\`: ${names.join(', ')}`;
}

/** By its name, its status, and what the client's own class says of it. */
function isRetried(service: KnownService, { name, status }: AwsError): boolean {
  const sdk = require(`@aws-sdk/${packages[service]}`) as Record<string, unknown>;
  const own = sdk[name];
  const raised: object =
    typeof own === 'function'
      ? (Reflect.construct(own, [{ message: '', $metadata: {} }]) as object)
      : Object.assign(new Error(), { name });
  const error = Object.assign(raised, { $metadata: { httpStatusCode: status } });
  return kinds.some((classify) => classify(error));
}

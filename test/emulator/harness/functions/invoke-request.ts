import { lambdaRuntimes } from '../../../../src/core/lambda-runtimes.ts';
import type { LocalFunction } from '../../../../src/local/service/model.ts';

/** One invocation, as launch_ministack.py asks for it. */
export interface InvokeRequest {
  readonly requestId: string;
  readonly function: LocalFunction;
  /** Folder with the deployed code. */
  readonly task: string;
  /** Folders of the layers, in order. */
  readonly layers: readonly string[];
  readonly reservedConcurrency: number | undefined;
  readonly traceId: string;
  /** JSON. */
  readonly payload: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Throws where it is not what launch_ministack.py sends, or a function that the sandboxes cannot run. */
export function parseInvokeRequest(text: string): InvokeRequest {
  const request = fields(JSON.parse(text), 'the request');
  const config = fields(request['config'], 'config');
  const { reservedConcurrency } = request;
  return {
    requestId: string(request, 'requestId'),
    function: functionOf(config),
    task: string(request, 'task'),
    layers: list(request['layers']).map(String),
    reservedConcurrency: reservedConcurrency === null ? undefined : number(request, 'reservedConcurrency'),
    traceId: string(request, 'traceId'),
    payload: string(request, 'payload'),
  };
}

function functionOf(config: Fields): LocalFunction {
  const name = string(config, 'FunctionName');
  const declared = string(config, 'Runtime');
  const runtime = lambdaRuntimes.find((known) => known === declared);
  if (runtime === undefined)
    throw new Error(`${name} declares ${declared}; the sandboxes run ${lambdaRuntimes.join(', ')}.`);
  const storage = fields(config['EphemeralStorage'] ?? { Size: 512 }, 'EphemeralStorage');
  const environment = fields(config['Environment'] ?? {}, 'Environment');
  const variables = fields(environment['Variables'] ?? {}, 'Environment.Variables');
  return {
    key: name,
    name,
    arn: string(config, 'FunctionArn'),
    handler: string(config, 'Handler'),
    runtime,
    version: string(config, 'Version'),
    timeoutS: number(config, 'Timeout'),
    memoryMb: number(config, 'MemorySize'),
    ephemeralStorageMb: number(storage, 'Size'),
    environment: Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, String(value)] as const),
    ),
  };
}

function fields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${what} is no object: ${JSON.stringify(value)}`);
}

function string(of: Fields, name: string): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  throw new Error(`${name} is no text: ${JSON.stringify(value)}`);
}

function number(of: Fields, name: string): number {
  const value = Number(of[name]);
  if (Number.isFinite(value)) return value;
  throw new Error(`${name} is no number: ${JSON.stringify(of[name])}`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`layers is no list: ${JSON.stringify(value)}`);
}

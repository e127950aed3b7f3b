import { parse } from 'yaml';
import { exampleOf } from '../../../src/cli/commands/fault-parameters.ts';
import { resolveUnits } from '../../../src/core/units.ts';
import { faultSchemas } from '../../../src/generated/catalogue.ts';
import type { InFunctionFault, InFunctionKind } from '../../../src/generated/types.ts';
import { validateInFunctionFault } from '../../../src/generated/validate-resolved.js';
import { inFunctionFaults } from '../../../src/layer/faults/index.ts';

/** Every kind that there is: a new one comes by itself. */
export const sampledKinds = Object.keys(inFunctionFaults) as InFunctionKind[];

/** A fault of the kind as its schema shows it, hitting all that it can: of hosts, those of this machine. */
export function sampleOf(kind: InFunctionKind): InFunctionFault {
  const schema = faultSchemas[kind];
  const [written] = parse(exampleOf(kind, schema).join('\n')) as Record<string, unknown>[];
  const { rate, every, host, port, ...rest } = written ?? {};
  void [rate, port];
  const changed = {
    ...rest,
    ...(every === undefined ? {} : { every: '100%' }),
    ...(host === undefined ? {} : { host: '127.0.0.1' }),
  };
  const { value, problems } = resolveUnits(schema, changed);
  if (problems.length > 0 || !validateInFunctionFault(value)) {
    throw new Error(`there is no sample of ${kind}: ${JSON.stringify(value)}`);
  }
  return value;
}

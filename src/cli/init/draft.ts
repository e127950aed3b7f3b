import { faultSchemas } from '../../generated/catalogue.ts';
import type { FaultKind } from '../../generated/types.ts';
import { exampleOf } from '../commands/fault-parameters.ts';

export interface DraftOptions {
  readonly service: string;
  readonly functionKey: string;
  readonly kind: FaultKind;
  /** The editor schema, relative to the experiment. */
  readonly schemaPath: string;
}

export interface Draft {
  /** Also the file's name, without extension. */
  readonly name: string;
  readonly text: string;
}

/** A first experiment for one function: complete, valid, and cautious enough to be run as it is. */
export function draftExperiment({ service, functionKey, kind, schemaPath }: DraftOptions): Draft {
  const name = slug(`${functionKey}-${kind}`);
  const target = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(functionKey) ? functionKey : 'function';
  const schema = faultSchemas[kind];
  const fault = exampleOf(kind, schema, target)
    .map((line) => `  ${line}`)
    .join('\n');
  const text = `# yaml-language-server: $schema=${schemaPath}
# ${schema.title ?? kind}: ${schema.description ?? ''}
# "inoculate faults ${kind}" tells all of its parameters, "inoculate faults" the other kinds.
inoculate: experiment/1
name: ${name}
# What do you believe? Put your own numbers here and below.
hypothesis: >-
  ${target} keeps failures under 1 % and 95 % of its answers under 800 ms
  with the fault "${(schema.title ?? kind).toLowerCase()}".
targets:
  ${target}: { service: ${JSON.stringify(service)}, function: ${JSON.stringify(functionKey)} }
steadyState:
  - { name: failures, signal: failures, target: ${target}, atMost: 1% }
  - { name: latency, signal: latency, target: ${target}, p95: { atMost: 800ms } }
faults:
${fault}
# One invocation in ten gets the fault, one in ten is the control group.
exposure: 10%
duration: 10m
abort:
  onDeviation: true
`;
  return { name, text };
}

function slug(text: string): string {
  const words = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '');
  return words.slice(0, 64).replaceAll(/-+$/g, '') || 'experiment';
}

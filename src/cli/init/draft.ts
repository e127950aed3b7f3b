import { faultSchemas } from '../../generated/catalogue.ts';
import type { FaultKind } from '../../generated/types.ts';
import { parse } from 'yaml';
import { resolveExperiment } from '../../core/experiment.ts';
import { targetTypes } from '../../core/target-type.ts';
import { lossOf } from '../../faults/losses.ts';
import { faultPlaces } from '../../generated/places.ts';
import { exampleTargets } from './example-target.ts';
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
export function draftExperiment(options: DraftOptions): Draft {
  const { kind } = options;
  const name = slug(`${options.functionKey}-${kind}`);
  const text = textOf(name, options, false);
  const resolved = resolveExperiment(parse(text), { stage: 'dev' });
  const [fault] = resolved.ok ? resolved.experiment.faults : [];
  const loses = fault !== undefined && lossOf(fault) !== null;
  return { name, text: loses ? textOf(name, options, true) : text };
}

function textOf(name: string, options: DraftOptions, losesData: boolean): string {
  const { kind, schemaPath } = options;
  const schema = faultSchemas[kind];
  const { target, declared, steadyState, exposure } =
    faultPlaces[kind].placement === 'in-function' ? inFunction(options) : onAws(options);
  const fault = exampleOf(kind, schema, target)
    .map((line) => `  ${line}`)
    .join('\n');
  return `# yaml-language-server: $schema=${schemaPath}
# ${schema.title ?? kind}: ${schema.description ?? ''}
# "inoculate faults ${kind}" tells all of its parameters, "inoculate faults" the other kinds.
inoculate: experiment/1
name: ${name}
# What do you believe? Put your own numbers here and below.
hypothesis: >-
  ${options.functionKey} serves its callers as it should
  with the fault "${(schema.title ?? kind).toLowerCase()}".
targets:
  ${target}: ${declared}
steadyState:
${steadyState}
faults:
${fault}${losesData ? '\n    # It may lose data for good: say so only where that may be.\n    acceptsDataLoss: true' : ''}
${exposure}duration: 10m
abort:
  onDeviation: true
`;
}

interface Parts {
  readonly target: string;
  readonly declared: string;
  readonly steadyState: string;
  readonly exposure: string;
}

function inFunction({ service, functionKey }: DraftOptions): Parts {
  const target = targetNameOf(functionKey);
  return {
    target,
    declared: declare(service, functionKey),
    steadyState: `  - { name: failures, signal: failures, target: ${target}, atMost: 1% }
  - { name: latency, signal: latency, target: ${target}, p95: { atMost: 800ms } }`,
    exposure: '# One invocation in ten gets the fault, one in ten is the control group.\nexposure: 10%\n',
  };
}

/** What is changed on AWS is changed for everybody: there are no groups to compare, so something is to be looked at. */
function onAws({ service, functionKey, kind }: DraftOptions): Parts {
  const takes = targetTypes.find((type) => type === faultPlaces[kind].takes);
  const isFunction = takes === undefined || takes === 'function';
  return {
    target: isFunction ? targetNameOf(functionKey) : 'changed',
    declared: isFunction ? declare(service, functionKey) : `${exampleTargets[takes]} # the name of your own`,
    steadyState: `  # Where your callers would see it. "inoculate validate" knows of other signals, too.
  - { name: answers, signal: http.probe, url: "https://\${stage}.example.com/health" }`,
    exposure: '',
  };
}

function declare(service: string, functionKey: string): string {
  return `{ service: ${JSON.stringify(service)}, function: ${JSON.stringify(functionKey)} }`;
}

function targetNameOf(functionKey: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(functionKey) ? functionKey : 'function';
}

function slug(text: string): string {
  const words = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '');
  return words.slice(0, 64).replaceAll(/-+$/g, '') || 'experiment';
}

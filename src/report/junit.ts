import { assertNever } from '../core/assert.ts';
import type { PipelineResult, PipelineSignal } from './pipeline.ts';
import { withoutTricks } from './plain.ts';

type CaseState = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly state: CaseState;
  readonly type: string;
  readonly message: string;
  readonly text: string;
  readonly timeMs: number;
}

/**
 * One run in JUnit's XML, as Apache Ant's schema has it, which is the strictest of those in use: a case per signal of the
 * steady state, and one for the hypothesis. A deviation is a failure. What gives no verdict is an error of the hypothesis,
 * since a gate must not open for it, while its signals are skipped.
 */
export function renderJunit(result: PipelineResult): string {
  const cases = [...result.signals.map(ofSignal), ofHypothesis(result)];
  const count = (state: CaseState): number => cases.filter((one) => one.state === state).length;
  const { experiment, startedAt, durationMs } = result;
  const suite = attributes({
    name: experiment,
    package: 'inoculate',
    id: 0,
    timestamp: new Date(startedAt).toISOString().slice(0, 19),
    hostname: result.where === 'aws' ? 'aws' : 'localhost',
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(durationMs),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite ${suite}>`,
    '    <properties>',
    ...propertiesOf(result).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((one) => caseElement(one, experiment)),
    `    <system-out>${escapedXml([result.sentence, ...result.next].join('\n'))}</system-out>`,
    '    <system-err></system-err>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function propertiesOf({
  runId,
  stage,
  result,
  where,
}: PipelineResult): readonly (readonly [string, string])[] {
  return [
    ...(runId === null ? [] : [['run', runId] as const]),
    ['stage', stage],
    ['where', where],
    ['verdict', result],
  ];
}

function ofSignal({ name, claim, verdict, why, seen }: PipelineSignal): Case {
  const text = [claim, seen].filter((part) => part !== '').join('\n');
  const state = {
    held: 'passed',
    deviated: 'failure',
    inconclusive: 'skipped',
    'not-judged': 'skipped',
  } as const;
  return { name, state: state[verdict], type: verdict, message: why, text, timeMs: 0 };
}

function ofHypothesis({ hypothesis, result, sentence, aborted, next, durationMs }: PipelineResult): Case {
  return {
    name: 'hypothesis',
    state: stateOf(result),
    type: aborted ? 'aborted' : result,
    message: sentence,
    text: [hypothesis ?? '', ...next].filter((part) => part !== '').join('\n'),
    // The whole run: its signals were looked at meanwhile.
    timeMs: durationMs,
  };
}

function stateOf(result: PipelineResult['result']): CaseState {
  switch (result) {
    case 'held':
      return 'passed';
    case 'deviated':
      return 'failure';
    case 'inconclusive':
    case 'refused':
    case 'errored':
    case 'running':
    case 'not-started':
      return 'error';
    default:
      return assertNever(result);
  }
}

function caseElement({ name, state, type, message, text, timeMs }: Case, experiment: string): string {
  const open = `    <testcase ${attributes({ name, classname: `inoculate.${experiment}`, time: seconds(timeMs) })}`;
  switch (state) {
    case 'passed':
      return `${open}/>`;
    case 'skipped':
      return `${open}>\n      <skipped ${attributes({ message })}/>\n    </testcase>`;
    case 'failure':
    case 'error':
      return `${open}>\n      <${state} ${attributes({ message, type })}>${escapedXml(text)}</${state}>\n    </testcase>`;
    default:
      return assertNever(state);
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapedXml(String(value).replaceAll(/\s+/g, ' ').trim())}"`)
    .join(' ');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text that XML 1.0 takes: lone halves of surrogate pairs and two code points are no characters there. */
function escapedXml(text: string): string {
  return withoutTricks(text)
    .replaceAll(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

import fc from 'fast-check';
import { renderJunit } from '../../../src/report/junit.ts';
import { type PipelineResult, pipelineResultOf, withoutRun } from '../../../src/report/pipeline.ts';
import { type Element, readXml } from '../../support/xml.ts';
import { breaches } from './junit-schema.ts';
import { hostile } from './support/hostile.ts';
import { plans, twoTargets } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

const suiteOf = (document: Element): Element => {
  const [suite] = document.children;
  if (suite === undefined) throw new Error('no suite');
  return suite;
};

/** What each case came to: its name, and its failure, error or skip. */
function casesOf(result: PipelineResult): Record<string, string> {
  const suite = suiteOf(readXml(renderJunit(result)));
  return Object.fromEntries(
    suite.children
      .filter(({ name }) => name === 'testcase')
      .map(({ attributes, children }) => [attributes['name'] ?? '', children[0]?.name ?? 'passed']),
  );
}

const records = Object.entries({ ...plans, twoTargets }).map(
  ([name, plan]) => [name, syntheticRun(plan)] as const,
);

describe('the JUnit file', () => {
  it.each(records)('of %s keeps to the schema, and counts what it holds', (_name, record) => {
    const document = readXml(renderJunit(pipelineResultOf(record)));
    expect(breaches(document)).toEqual([]);
    const suite = suiteOf(document);
    const cases = suite.children.filter(({ name }) => name === 'testcase');
    const count = (sort: string): string =>
      String(cases.filter(({ children }) => children[0]?.name === sort).length);
    expect(suite.attributes).toMatchObject({
      tests: String(cases.length),
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
    });
    expect(cases).toHaveLength(record.run.experiment.steadyState.length + 1);
  });

  it.each([
    ['held', { failures: 'passed', latency: 'passed', hypothesis: 'passed' }],
    ['deviated', { failures: 'failure', latency: 'skipped', hypothesis: 'failure' }],
    ['tooLittle', { failures: 'skipped', latency: 'skipped', hypothesis: 'error' }],
    ['stopped', { failures: 'skipped', latency: 'skipped', hypothesis: 'error' }],
    ['refused', { failures: 'skipped', latency: 'skipped', hypothesis: 'error' }],
  ] as const)('of a run that is %s opens a gate only where it held', (name, cases) => {
    expect(casesOf(pipelineResultOf(syntheticRun(plans[name])))).toEqual(cases);
  });

  it('says of a run that is not there that it is an error, and why', () => {
    const result = withoutRun({
      experiment: 'checkout',
      sentence: 'Refused: the kill switch is on',
      startedAt: 0,
      stage: 'dev',
      where: 'aws',
      next: [],
    });
    const document = readXml(renderJunit(result));
    expect(breaches(document)).toEqual([]);
    expect(casesOf(result)).toEqual({ hypothesis: 'error' });
    expect(renderJunit(result)).toContain('Refused: the kill switch is on');
  });

  it('of a run that goes on is an error as well: nobody has seen it hold', () => {
    const record = syntheticRun(plans.held);
    const going = {
      ...record,
      run: { ...record.run, phase: 'observing' as const, outcome: null, endedAt: null },
    };
    expect(casesOf(pipelineResultOf(going))).toMatchObject({ hypothesis: 'error' });
  });

  it('stays a document, whatever a run is called and says', () => {
    expect(breaches(readXml(renderJunit(pipelineResultOf(hostile(syntheticRun(twoTargets))))))).toEqual([]);
    const anything = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(anything, anything, anything, (name, sentence, why) => {
        const result: PipelineResult = {
          ...pipelineResultOf(syntheticRun(plans.deviated)),
          experiment: `x${name}`,
          hypothesis: why,
          sentence,
          signals: [{ name: `s${name}`, claim: why, verdict: 'deviated', why: sentence, seen: why }],
          next: [sentence],
        };
        expect(breaches(readXml(renderJunit(result)))).toEqual([]);
      }),
    );
  });
});

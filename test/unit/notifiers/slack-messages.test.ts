import fc from 'fast-check';
import { runCard, runReply } from '../../../src/notifiers/slack/run-card.ts';
import { sessionCard, sessionReply } from '../../../src/notifiers/slack/session-card.ts';
import { escaped, link } from '../../../src/notifiers/slack/markup.ts';
import type { SlackMessage } from '../../../src/notifiers/slack/blocks.ts';
import { decodeButton } from '../../../src/notifiers/slack/buttons.ts';
import type { RunStateChangeMessage } from '../../../src/generated/types.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { changesOf, sessionChange, startAt, surroundingsOf } from '../../support/mail/changes.ts';
import { contentProblem } from '../../support/slack/workspace.ts';
import { hostile } from '../report/support/hostile.ts';
import { plans, twoTargets } from '../report/support/plans.ts';
import { syntheticRun } from '../report/support/synthetic-run.ts';

const record = syntheticRun(plans.deviated);
const changes = changesOf(record);
const at = (phase: RunStateChangeMessage['phase']): RunStateChangeMessage => {
  const change = changes.find((one) => one.phase === phase);
  if (change === undefined) throw new Error(`The run was never ${phase}`);
  return change;
};
const problems = ({ text, blocks }: SlackMessage): unknown => contentProblem({ text, blocks });
const words = (message: SlackMessage | undefined): string =>
  JSON.stringify(message?.blocks, (key, value: unknown) => (key === 'value' ? undefined : value));

/** The buttons of a message, as whoever presses them would mean them. */
function pressed({ blocks }: SlackMessage): readonly unknown[] {
  return blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.map((element) =>
          element.type === 'button' ? decodeButton(element.action_id, element.value) : undefined,
        )
      : [],
  );
}

describe('the card of a run', () => {
  it('says before the start what will be hurt, how much, when and by whom', () => {
    const card = runCard(at('announced'), surroundingsOf(record));
    expect(words(card)).toContain(record.run.experiment.hypothesis.slice(0, 60));
    expect(words(card)).toMatch(/What is hurt\*\\nshop: half of the GetItem and Query calls/);
    expect(words(card)).toMatch(/Exposure\*\\n\d+ %/);
    expect(words(card)).toMatch(
      /When\*\\n<!date\^\d{10}\^\{date_short_pretty\}, \{time\}\|\d{4}-\d\d-\d\d .* UTC>/,
    );
    expect(words(card)).toContain('Asked for by');
    expect(words(card)).not.toContain('▁');
  });

  it('says at the end what came of it, with the course of both groups and the link', () => {
    const card = runCard(at('ended'), surroundingsOf(record));
    expect(words(card)).toMatch(/❌.*has ended|❌.*was aborted/s);
    expect(words(card)).toMatch(/Deviated: /);
    expect(words(card)).toMatch(/fault {3}[▁▂▃▄▅▆▇█·]+ .*control [▁▂▃▄▅▆▇█·]+ /s);
    expect(words(card)).toMatch(/<https:\/\/reports.example.com\/[^>|]*a=1&amp;b=2\|The report>/);
    expect(pressed(card)).toEqual([]);
  });

  it.each<[RunStateChangeMessage['phase'], readonly string[]]>([
    ['requested', ['abort']],
    ['awaiting-approval', ['approve', 'decline', 'postpone', 'abort']],
    ['announced', ['postpone', 'abort']],
    ['checking', ['abort', 'kill-switch']],
    ['observing', ['abort', 'kill-switch']],
    ['reverting', ['kill-switch']],
    ['ended', []],
  ])('has the buttons that fit, while it is %s', (phase, actions) => {
    const change = { ...at('ended'), phase, abort: { code: 'person', by: 'ana' }, outcome: null };
    expect(pressed(runCard(change, surroundingsOf(record)))).toEqual(
      actions.map((action) => ({
        action,
        subject: { run: change.runId },
        seq: change.seq,
        generation: 3,
      })),
    );
  });

  it('is made without the stored run as well', () => {
    const card = runCard(at('observing'), surroundingsOf(undefined));
    expect(words(card)).toContain('is under way');
    expect(problems(card)).toBeUndefined();
  });
});

describe('the card of a game day', () => {
  it('lists its steps as they stand', () => {
    const change = sessionChange({ phase: 'paused', kind: 'pause' });
    const [first, second, third] = change.steps;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three steps');
    const run = {
      experiment: 'checkout-slow',
      run: 'r',
      phase: 'ended',
      outcome: 'deviated',
      reason: null,
    } as const;
    const card = sessionCard(
      { ...change, steps: [{ ...first, state: 'done', runs: [run] }, { ...second, state: 'paused' }, third] },
      surroundingsOf(undefined),
    );
    expect(words(card)).toContain(
      '❌ 1. checkout-slow: deviated\\n✋ 2. Read the report together: waits for people\\n🗓️ 3.',
    );
    expect(pressed(card)).toMatchObject([
      { action: 'continue', subject: { session: change.session } },
      { action: 'abort-session' },
      { action: 'kill-switch' },
    ]);
  });
});

describe('whatever anybody writes', () => {
  const wild = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 9_000 }),
    fc.string({ unit: 'grapheme', maxLength: 4_000 }),
    fc.constant('&<>'.repeat(3_000)),
    fc.constant('`'.repeat(4_000)),
    fc.constant('<!channel> <@U1> @here'),
    fc.constant('\ud800'),
  );
  const phase = fc.constantFrom<RunStateChangeMessage['phase']>(
    'requested',
    'awaiting-approval',
    'announced',
    'observing',
    'reverting',
    'ended',
  );

  it('Slack takes every message, and nobody is mentioned', () => {
    const evil = hostile(syntheticRun(twoTargets));
    fc.assert(
      fc.property(wild, wild, phase, fc.boolean(), (text, other, now, inGameDay) => {
        const change: RunStateChangeMessage = {
          ...at('ended'),
          phase: now,
          outcome: now === 'ended' ? at('ended').outcome : null,
          reason: text,
          requestedBy: other,
          gameDay: inGameDay ? { session: 's.session.x', name: 'december', step: 1 } : null,
        };
        const { run } = evil;
        const wildly: RunRecord = {
          ...evil,
          run: { ...run, experiment: { ...run.experiment, hypothesis: text } },
          environment: { ...evil.environment, service: other, faults: [{ id: 'f1', sentence: text }] },
        };
        const around = surroundingsOf(wildly, { skipped: [1, 2] });
        const session = sessionChange({
          reason: text,
          requestedBy: other,
          purpose: other,
          phase: 'ended',
          stopped: { code: 'person', reason: text },
          steps: Array.from({ length: 60 }, (_, i) => ({
            step: i + 1,
            title: text,
            state: 'done' as const,
            reason: other,
            runs: [],
          })),
        });
        const messages = [
          runCard(change, around),
          runReply(change, around),
          sessionCard(session, around),
          sessionReply(session, around),
        ].filter((message) => message !== undefined);
        for (const message of messages) {
          expect(problems(message)).toBeUndefined();
          expect(JSON.stringify(message)).not.toMatch(/<[!@#](?!date\^)/);
          expect(JSON.stringify(message)).not.toMatch(/\\ud[89a-f][0-9a-f]{2}/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('text is cut between characters, with an ellipsis, and never within what was escaped', () => {
    fc.assert(
      fc.property(wild, fc.integer({ min: 5, max: 300 }), (text, most) => {
        const fit = escaped(text, most);
        expect(fit.length).toBeLessThanOrEqual(most);
        expect(fit.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
      }),
    );
  });

  it('a link stays one link', () => {
    expect(link('https://a.example/x?a=1&b=<|>', 'here > there')).toBe(
      '<https://a.example/x?a=1&amp;b=%3C%7C%3E|here &gt; there>',
    );
    expect(link('s3://bucket/key', 'The report')).toBe('The report: s3://bucket/key');
  });
});

it('dates are told in the zone of the reader', () => {
  expect(words(sessionCard(sessionChange(), surroundingsOf(undefined)))).toContain(
    `<!date^${startAt / 1_000}^{date_short_pretty}, {time}|2026-12-04 10:00:00 UTC>`,
  );
});

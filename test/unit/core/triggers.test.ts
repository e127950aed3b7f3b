import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeTrigger, patternOf, startsOf } from '../../../src/core/triggers.ts';
import { checkTriggers } from '../../../src/core/trigger-checks.ts';
import { matches } from '../../support/event-pattern.ts';
import { sample, triggerCases } from '../../support/trigger-samples.ts';

describe('patterns of triggers', () => {
  it.each(triggerCases)('L29: $what starts it: $starts', ({ trigger, event, starts }) => {
    expect(matches(patternOf(trigger), event)).toBe(starts);
  });

  it('take every character of a stack name as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.string({ minLength: 1, maxLength: 20 }),
        (name, other) => {
          const pattern = patternOf({ deployed: { cloudformation: { stack: name } } });
          const event = sample('cloudformation-stack', { 'stack-id': `arn:aws:x:stack/${other}/id` });
          fc.pre(!other.includes('/') && !name.includes('/'));
          expect(matches(pattern, event)).toBe(name === other);
        },
      ),
    );
  });
});

describe('triggers in words', () => {
  it.each([
    [
      { deployed: { codedeploy: { application: 'shop', group: 'live' } }, delay: 300_000 },
      '5m after CodeDeploy has deployed shop to live',
    ],
    [{ deployed: { codepipeline: { pipeline: 'shop' } } }, 'when the pipeline shop has succeeded'],
    [
      { deployed: { codepipeline: { pipeline: 'shop', stage: 'Live' } }, bus: 'tools' },
      'when the stage Live of the pipeline shop has succeeded (bus tools)',
    ],
    [{ deployed: { cloudformation: { stack: 'shop-dev' } } }, 'when the stack shop-dev is deployed'],
    [{ alarmOk: 'errors' }, 'when the alarm errors is OK again'],
    [{ alarmOk: ['errors', 'slow'] }, 'when one of the alarms errors, slow is OK again'],
    [{ event: { source: 'shop', type: 'Deployed' } }, 'when an event Deployed of shop comes'],
    [
      { event: { source: 'shop', type: 'Deployed', detail: { service: 'x' } } },
      'when an event Deployed of shop with {"service":"x"} comes',
    ],
    [{ pattern: { source: ['shop'] } }, 'when an event that matches {"source":["shop"]} comes'],
  ])('%j', (trigger, words) => {
    expect(describeTrigger(trigger)).toBe(words);
  });

  it('stand beside the schedule', () => {
    expect(
      startsOf({ schedule: { rate: '7 days', timezone: 'UTC' }, triggers: [{ alarmOk: 'errors' }] }),
    ).toEqual(['rate(7 days) UTC', 'when the alarm errors is OK again']);
  });
});

describe('checks of triggers', () => {
  it('refuse a delay of more than a day', () => {
    expect(checkTriggers([{ alarmOk: 'a', delay: 86_400_001 }])).toMatchObject([
      { path: ['triggers', 0, 'delay'], code: 'too-long' },
    ]);
    expect(checkTriggers([{ alarmOk: 'a', delay: 86_400_000 }, { alarmOk: 'b' }, null])).toEqual([]);
  });
});

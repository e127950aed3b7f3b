import { courses, sparkline } from '../../../src/report/sparkline.ts';
import { plans } from './support/plans.ts';
import { syntheticRun } from './support/synthetic-run.ts';

it('a sparkline rises with its values, and shows what is not known', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 7)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([null, 3, Number.NaN, 9], 3)).toBe('·█·█');
  expect(sparkline([0, 0], 0)).toBe('▁▁');
  expect(sparkline([], 1)).toBe('');
});

it('both groups of a figure share one scale, from the first look to the last', () => {
  const [failures, ...others] = courses(syntheticRun(plans.deviated), 8);
  expect(failures).toMatchObject({ claim: 'failures at most 2 %', now: { control: '0 %' } });
  expect(failures?.experimental).toHaveLength(8);
  expect(failures?.experimental.at(-1)).toBe('█');
  expect(failures?.control).toBe('▁▁▁▁▁▁▁▁');
  expect(others).toHaveLength(2);
});

it('there is none where nothing was looked at', () => {
  expect(courses(syntheticRun(plans.refused), 8)).toEqual([]);
});

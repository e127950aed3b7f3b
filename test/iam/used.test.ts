import { expect, test } from '@jest/globals';
import { usedActions } from '../emulator/controller/used-actions.ts';
import { actionsOnTargets, grantedActions } from '../support/iam/least-privilege.ts';

const world = { partition: 'aws', region: 'eu-central-1', account: '123456789012', tagsOf: () => ({}) };

/** That the list is true, the runs on the emulator see. */
test('each action on the controller’s own parts is used by some run, or there is a reason for it', () => {
  const granted = grantedActions({ stage: 'dev', world, settings: { rolePolicies: true } });
  const onTargets = actionsOnTargets();
  const listed = new Set(Object.keys(usedActions));
  expect([...granted].filter((action) => !onTargets.has(action) && !listed.has(action))).toEqual([]);
  expect([...listed].filter((action) => !granted.has(action))).toEqual([]);
});

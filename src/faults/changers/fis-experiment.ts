import { optInTag } from '../../aws/opt-in.ts';
import type { Changer } from '../module.ts';

const template = 'arn:{partition}:fis:{region}:{account}:experiment-template/{id}';
const experiments = 'arn:{partition}:fis:{region}:{account}:experiment/*';

/** An experiment that AWS FIS runs for us. */
export const fisExperimentRun: Changer = {
  name: 'fis-experiment',
  // FIS stops the actions one after the other, which takes seconds to minutes.
  settleMs: 30_000,
  window:
    'Others cannot change it meanwhile: the experiment is our own, known by its tag and client token. What its actions change is restored, or not, by FIS.',
  undo: 'the FIS experiment is stopped; FIS then takes back what its actions can take back, which is not all',
  limits: [
    'Not every action of FIS rolls back. What it changes is not in the undo record; FIS alone knows it.',
    'FIS tells no experiment by its tags: to find ours, all of the account are listed, at most 5000.',
    'The emulator of our tests has no FIS: this kind is tested on a fake of its API.',
  ],
  permissions: [
    {
      actions: ['fis:GetExperimentTemplate'],
      resource: template,
      during: ['capture', 'revert', 'read'],
      changes: false,
    },
    {
      actions: ['fis:ListExperiments'],
      resource: '*',
      during: ['apply', 'revert', 'read'],
      changes: false,
      why: 'The experiment is found by its tag, also where nobody knows whether it was started.',
    },
    {
      actions: ['fis:StartExperiment'],
      resource: template,
      during: ['apply'],
      changes: { tagEvaluated: true },
    },
    {
      actions: ['fis:StartExperiment', 'fis:TagResource'],
      resource: experiments,
      during: ['apply'],
      changes: { tagEvaluated: false, makes: true },
      conditions: { StringEquals: { [`aws:RequestTag/${optInTag.key}`]: [optInTag.value] } },
      why: 'The experiment is tagged as it is started.',
    },
    {
      actions: ['fis:StopExperiment'],
      resource: experiments,
      during: ['revert'],
      changes: { tagEvaluated: true },
    },
  ],
  load: async (aws) => (await import('./fis-experiment-effects.ts')).open(aws),
};

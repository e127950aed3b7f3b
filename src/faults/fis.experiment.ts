import { fisExperimentRun } from './changers/fis-experiment.ts';
import type { ControlPlaneFaultModule } from './module.ts';

export const fisExperiment: ControlPlaneFaultModule<'fis.experiment'> = {
  explain: ({ target }) => `an AWS FIS experiment is started from template ${target}, and stopped in the end`,
  losesData: () =>
    'not every FIS action rolls back when its experiment is stopped: instances that were terminated or rebooted, connections that were cut, and what was lost with them do not come back',
  changer: fisExperimentRun,
};

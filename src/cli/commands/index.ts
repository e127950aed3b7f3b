import type { Command } from '../command.ts';
import { faults } from './faults.ts';
import { init } from './init.ts';
import { plan } from './plan.ts';
import { policy } from './policy.ts';
import { report } from './report.ts';
import { revert } from './revert.ts';
import { run } from './run.ts';
import { simulate } from './simulate.ts';
import { tryCommand } from './try.ts';
import { validate } from './validate.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  init,
  validate,
  faults,
  plan,
  policy,
  run,
  tryCommand,
  report,
  revert,
  simulate,
];

import type { Command } from '../command.ts';
import { abort } from './abort.ts';
import { approve } from './approve.ts';
import { decline } from './decline.ts';
import { directive } from './directive.ts';
import { doctor } from './doctor.ts';
import { faults } from './faults.ts';
import { gameday } from './gameday.ts';
import { init } from './init.ts';
import { killSwitch } from './kill-switch.ts';
import { list } from './list.ts';
import { next } from './next.ts';
import { plan } from './plan.ts';
import { postpone } from './postpone.ts';
import { policy } from './policy.ts';
import { register } from './register.ts';
import { remove } from './remove.ts';
import { report } from './report.ts';
import { revert } from './revert.ts';
import { run } from './run.ts';
import { settings } from './settings.ts';
import { show } from './show.ts';
import { simulate } from './simulate.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { tryCommand } from './try.ts';
import { validate } from './validate.ts';
import { watch } from './watch.ts';

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
  register,
  remove,
  list,
  next,
  start,
  watch,
  show,
  status,
  approve,
  decline,
  postpone,
  directive,
  gameday,
  abort,
  killSwitch,
  settings,
  doctor,
  simulate,
];

import { openDeadMan } from '../../src/controller/dead-man.ts';
import { deadManOf } from '../../src/triggers/dead-man.ts';

const deadMan = openDeadMan();

/** The second way out: takes back what its schedule says, whatever became of everything else. */
export async function handler(event: unknown): Promise<void> {
  await deadMan(deadManOf(event));
}

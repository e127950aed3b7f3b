import { openController } from '../../src/controller/controller.ts';

const { engine } = openController();

/** Every minute: looks after every run, above all those whose ticks have stopped. */
export async function handler(): Promise<void> {
  await engine.sweep();
}

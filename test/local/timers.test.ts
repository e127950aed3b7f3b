import { Timers } from '../../src/local/timers.ts';

const soon = (): number => Date.now() + 5;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('timers', () => {
  it('do again what failed, and tell it, until it succeeds', async () => {
    const told: string[] = [];
    const timers = new Timers((what) => told.push(what));
    let calls = 0;
    await new Promise<void>((resolve) => {
      timers.at(soon(), 'tick', async () => {
        calls += 1;
        if (calls === 1) throw new Error('the table is away');
        await Promise.resolve();
        resolve();
      });
    });
    timers.stop();
    expect({ calls, told }).toEqual({ calls: 2, told: ['tick'] });
  });

  it('replace what was planned under the same key', async () => {
    const done: string[] = [];
    const timers = new Timers(() => undefined);
    timers.at(soon(), 'first', () => Promise.resolve(void done.push('first')), 'dead-man');
    timers.at(soon(), 'second', () => Promise.resolve(void done.push('second')), 'dead-man');
    await pause(50);
    expect(done).toEqual(['second']);
  });

  it('start nothing once they are stopped, not even what failed while they were', async () => {
    const done: string[] = [];
    const timers = new Timers(() => undefined);
    timers.at(soon(), 'never', () => Promise.resolve(void done.push('never')));
    timers.stop();
    timers.at(soon(), 'late', () => Promise.resolve(void done.push('late')));
    await pause(50);
    expect(done).toEqual([]);
  });
});

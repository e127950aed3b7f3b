import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandUsages, parseCommand } from '../../../src/slack/command.ts';

describe('the text of a slash command', () => {
  it.each([
    ['', { do: 'help' }],
    ['help', { do: 'help' }],
    ['  LIST ', { do: 'list' }],
    ['start checkout-slow', { do: 'start', experiment: 'checkout-slow' }],
    ['start `checkout-slow`', { do: 'start', experiment: 'checkout-slow' }],
    ['status', { do: 'status', run: null }],
    ['status checkout-slow.manual.x', { do: 'status', run: 'checkout-slow.manual.x' }],
    ['next', { do: 'next', experiment: null }],
    ['next checkout-slow', { do: 'next', experiment: 'checkout-slow' }],
    ['approve checkout-slow', { do: 'approve', run: 'checkout-slow' }],
    ['postpone checkout-slow', { do: 'postpone', run: 'checkout-slow', byMs: 3_600_000 }],
    ['postpone checkout-slow 30m', { do: 'postpone', run: 'checkout-slow', byMs: 1_800_000 }],
    ['abort a.gameday.2026-12-04T1000Z_0_day', { do: 'abort', run: 'a.gameday.2026-12-04T1000Z_0_day' }],
    ['kill-switch', { do: 'kill-switch', on: null }],
    ['kill-switch on', { do: 'kill-switch', on: true }],
    ['kill-switch off', { do: 'kill-switch', on: false }],
  ])('%j is understood', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it.each([
    ['strat checkout-slow', 'Did you mean `start`?'],
    ['aprove x', 'Did you mean `approve`?'],
    ['killswitch on', 'Did you mean `kill-switch`?'],
    ['dance', 'The commands are in `help`.'],
    ['start', 'It is `start NAME`.'],
    ['abort', 'It is `abort RUN`.'],
    ['start a b', 'It is `start NAME`.'],
    ['start Checkout!', 'is not the name of an experiment'],
    ['abort a.b', 'is neither a run nor the name'],
    ['postpone a soon', 'is not a length of time'],
    ['kill-switch maybe', 'cannot be “maybe”'],
  ])('%j is told what would be right', (text, say) => {
    expect(parseCommand(text)).toEqual({ do: 'mistake', say: expect.stringContaining(say) });
  });

  it('is never anything but a command or a mistake, whatever it is', () => {
    const words = fc.array(fc.oneof(fc.string(), fc.constantFrom(...commandUsages.map(([name]) => name))));
    fc.assert(
      fc.property(words, (some) => {
        const { do: command } = parseCommand(some.join(' '));
        expect([...commandUsages.map(([name]) => name), 'mistake']).toContain(command);
      }),
    );
  });
});

import fc from 'fast-check';
import { buttonActions, decodeButton, encodeButton } from '../../../src/notifiers/slack/buttons.ts';

const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}\.(manual|session)\.[A-Za-z0-9:_-]{1,60}$/);
const button = fc.record({
  action: fc.constantFrom(...buttonActions),
  subject: fc.oneof(
    id.map((run) => ({ run })),
    id.map((session) => ({ session })),
  ),
  seq: fc.nat(),
  generation: fc.nat(),
});

it('a button means what it was made for, and fits into what Slack takes', () => {
  fc.assert(
    fc.property(button, (made) => {
      const { action_id, value } = encodeButton(made);
      expect(action_id.length).toBeLessThanOrEqual(255);
      expect(value.length).toBeLessThanOrEqual(2_000);
      expect(decodeButton(action_id, value)).toEqual(made);
    }),
  );
});

it.each<[string, unknown, unknown]>([
  ['another action', 'inoculate:start', '{"inoculate":"button/1","run":"a.manual.x","seq":1,"generation":0}'],
  ['no prefix', 'abort', '{"inoculate":"button/1","run":"a.manual.x","seq":1,"generation":0}'],
  ['another form', 'inoculate:abort', '{"inoculate":"button/2","run":"a.manual.x","seq":1,"generation":0}'],
  [
    'a run and a session',
    'inoculate:abort',
    '{"inoculate":"button/1","run":"a.manual.x","session":"a.session.x","seq":1,"generation":0}',
  ],
  ['neither', 'inoculate:abort', '{"inoculate":"button/1","seq":1,"generation":0}'],
  ['no generation', 'inoculate:approve', '{"inoculate":"button/1","run":"a.manual.x","seq":1}'],
  [
    'half a number',
    'inoculate:approve',
    '{"inoculate":"button/1","run":"a.manual.x","seq":1.5,"generation":0}',
  ],
  [
    'an id with a slash',
    'inoculate:abort',
    '{"inoculate":"button/1","run":"a.manual.x/y","seq":1,"generation":0}',
  ],
  ['no JSON', 'inoculate:abort', 'abort'],
  ['null', 'inoculate:abort', 'null'],
  ['no text', 'inoculate:abort', undefined],
  ['too long a text', 'inoculate:abort', ' '.repeat(2_001)],
])('%s is none of ours', (_, actionId, value) => {
  expect(decodeButton(actionId, value)).toBeUndefined();
});

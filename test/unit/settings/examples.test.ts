import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSettingsFile } from '../../../src/cli/input/read-settings.ts';
import { calendarOf, guardrails, now } from './support.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('the settings that people copy', () => {
  it.each(['dev', 'staging', 'prod'])('of the documentation are right, for stage %s', async (stage) => {
    const page = readFileSync(join(root, 'docs/SETTINGS.md'), 'utf8');
    const [, text = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    const calendars = { 'freezes.ics': calendarOf(['DTSTART;VALUE=DATE:20261224']) };
    const lines = text.replace(/^inoculate: .*\n/m, '');
    const found = await guardrails(lines, { stage, calendars });
    expect(found).toMatchObject({
      approval: { required: stage !== 'dev' },
      heldOn: stage === 'prod' ? { stage: 'staging', withinDays: 14 } : null,
      maxExposure: stage === 'prod' ? 0.05 : 0.2,
    });
  });

  it.each(['dev', 'prod'])('of the shop are right, with their calendar, for stage %s', async (stage) => {
    const read = await readSettingsFile('settings.yml', { stage, cwd: join(root, 'examples/shop'), now });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { closed } = read.closed;
    expect(closed).toContainEqual({
      reason: 'Black Friday to Cyber Monday',
      firstDate: '2027-11-26',
      lastDate: '2027-11-29',
      timezone: 'Europe/Berlin',
    });
    expect(closed).toContainEqual({
      reason: 'Newsletter goes out',
      from: Date.parse('2027-07-06T10:00+02:00'),
      to: Date.parse('2027-07-06T11:30+02:00'),
    });
  });
});

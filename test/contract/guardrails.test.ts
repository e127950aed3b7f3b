import { readGuardrails } from '../../src/adapters/dynamodb-guardrails.ts';
import { DynamoDbSettings, type NewVersion } from '../../src/adapters/dynamodb-settings.ts';
import type { DynamoDbTable, Item } from '../../src/adapters/dynamodb-table.ts';
import { defaultGuardrails } from '../../src/core/guardrails.ts';
import { engines, type RunningDatabase } from './engines.ts';
import { at } from './samples.ts';
import { storedGuardrails } from '../support/guardrails.ts';

const current = { pk: 'guardrails', sk: 'current' };

function versionOf(version: number, changes: Partial<NewVersion> = {}): NewVersion {
  const guardrails = storedGuardrails({ maxRunsAtOnce: version });
  return {
    version,
    at: at + version,
    by: 'ada',
    file: 'settings.yml',
    text: `# ${version}`,
    guardrails,
    ...changes,
  };
}

for (const engine of engines)
  describe(`guardrails: ${engine.name}`, () => {
    let database: RunningDatabase;
    let table: DynamoDbTable;
    let settings: DynamoDbSettings;
    let tables = 0;

    beforeAll(async () => {
      database = await engine.start();
    });
    afterAll(() => database.stop());
    beforeEach(async () => {
      table = await database.table(`control-${++tables}`);
      settings = new DynamoDbSettings(table, 'dev');
    });

    it('are the default of the stage where nothing is stored', async () => {
      expect(await readGuardrails(table, 'dev')).toEqual(defaultGuardrails('dev'));
      expect(await readGuardrails(table, 'prod')).toEqual(defaultGuardrails('prod'));
      expect(await settings.current()).toBeUndefined();
      expect(await settings.history(10)).toEqual([]);
    });

    it('are those stored last, with their version', async () => {
      for (const version of [1, 2]) expect(await settings.put(versionOf(version))).toBe('stored');
      expect(await readGuardrails(table, 'dev')).toEqual({
        ...storedGuardrails({ maxRunsAtOnce: 2 }),
        version: 2,
      });
      expect(await settings.current()).toEqual({
        ...versionOf(2),
        guardrails: { ...versionOf(2).guardrails, version: 2 },
      });
      expect(await settings.version(1)).toEqual({
        ...versionOf(1),
        guardrails: { ...versionOf(1).guardrails, version: 1 },
      });
      expect(await settings.version(3)).toBeUndefined();
    });

    it('are replaced by one of two who both looked at the same version', async () => {
      await settings.put(versionOf(1));
      const results = await Promise.all([
        settings.put(versionOf(2, { by: 'ada' })),
        settings.put(versionOf(2, { by: 'bob' })),
      ]);
      expect(results.toSorted()).toEqual(['conflict', 'stored']);
      const winner = results[0] === 'stored' ? 'ada' : 'bob';
      expect((await settings.current())?.by).toBe(winner);
      expect((await settings.version(2))?.by).toBe(winner);
    });

    it.each([0, 2, 7])(
      'are not replaced by who believes that version %d is in force, when 1 is',
      async (replaces) => {
        await settings.put(versionOf(1));
        expect(await settings.put(versionOf(replaces + 1, { by: 'late' }))).toBe('conflict');
        expect((await settings.current())?.by).toBe('ada');
        expect(await settings.history(10)).toHaveLength(1);
      },
    );

    it('have a history without gaps, also where a process died between the two writes', async () => {
      await settings.put(versionOf(1));
      await table.delete({ pk: 'guardrails', sk: 'version#000001' });
      await settings.put(versionOf(2));
      await settings.put(versionOf(3));
      await table.delete({ pk: 'guardrails', sk: 'version#000003' });
      expect((await settings.history(10)).map(({ version }) => version)).toEqual([3, 2, 1]);
      expect((await settings.history(2)).map(({ version }) => version)).toEqual([3, 2]);
    });

    const body = JSON.stringify(storedGuardrails());
    it.each<readonly [string, Item]>([
      ['no body', { version: { N: '4' } }],
      ['no version', { body: { S: body } }],
      ['text that is no JSON', { version: { N: '4' }, body: { S: '{' } }],
      [
        'a limit above that of the product',
        { version: { N: '4' }, body: { S: body.replace('"maxExposure":0.5', '"maxExposure":0.9') } },
      ],
      [
        'a property that this version does not know',
        { version: { N: '4' }, body: { S: body.replace('{', '{"mustBe":"sunny",') } },
      ],
      [
        'a property that is missing',
        { version: { N: '4' }, body: { S: body.replace('"requireAlarms":false,', '') } },
      ],
      [
        'a time zone that does not exist',
        { version: { N: '4' }, body: { S: body.replace('"UTC"', '"Europe/Atlantis"') } },
      ],
    ])('refuse every run where they have %s, and say so', async (_what, item) => {
      await table.put(current, item);
      const read = await readGuardrails(table, 'dev');
      expect(read.refusedHere).toMatch(/cannot be understood: .+Store them anew/);
      // Nobody is allowed more than without settings.
      expect({ ...read, version: 0, refusedHere: null }).toEqual(defaultGuardrails('dev'));
      expect((await settings.current())?.guardrails).toEqual(read);
    });
  });

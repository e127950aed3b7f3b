import { checkCorruption } from '../../../src/core/corruption-checks.ts';

const at = ['faults', 0];

it.each<[what: string, fault: object, problems: readonly [code: string, parameter: string][]]>([
  ['a path and what happens there', { path: 'body.total', with: 'drop' }, []],
  ['any JSON in its place', { path: 'items[*]', with: 'replace', value: null }, []],
  ['a path that cannot be read', { path: 'body..total', with: 'drop' }, [['malformed-path', 'path']]],
  ['a value that goes nowhere', { path: 'a', with: 'null', value: 1 }, [['value-without-replace', 'value']]],
  ['nothing to put there', { path: 'a', with: 'replace' }, [['missing', 'with']]],
  ['too much to put there', { path: 'a', with: 'replace', value: 'x'.repeat(4096) }, [['too-long', 'value']]],
  ['what the schema tells', { path: 7, with: 8, value: 9 }, []],
])('of a corrupt answer is checked: %s', (_what, fault, problems) => {
  const found = checkCorruption(at, { kind: 'invocation.corrupt', target: 'checkout', ...fault });
  expect(found.map(({ code, path }) => [code, path.at(-1)])).toEqual(problems);
  for (const { message, expected, path } of found) {
    expect(path.slice(0, 2)).toEqual(at);
    expect(message.length).toBeGreaterThan(10);
    expect(expected).not.toBe('');
  }
});

it('other kinds are left alone', () => {
  expect(checkCorruption(at, { kind: 'dependency.error', path: '..', with: 'replace' })).toEqual([]);
});

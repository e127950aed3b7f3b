import fc from 'fast-check';
import { PolicyText } from '../../../src/faults/changers/policy-text.ts';

const ours = ['{"Sid":"Inoculate1","Effect":"Deny"}', '{"Sid":"Inoculate2","Effect":"Deny"}'];
const sids = ['Inoculate1', 'Inoculate2'];

const space = fc.stringMatching(/^[ \n\t]{0,3}$/);
const statement = fc.tuple(fc.jsonValue({ maxDepth: 2 }), fc.option(fc.string()), space).map(
  ([value, Sid, between]) =>
    // Numbers that JavaScript would write otherwise, and keys in an order of their own.
    `{"Age":1.50,${between}"Value":${JSON.stringify(value)}${between},"Sid"${between}:${JSON.stringify(Sid ?? 'x')}}`,
);
const policy = fc
  .tuple(
    fc.array(statement, { maxLength: 4 }),
    fc.boolean(),
    fc.constantFrom('"Version":"2012-10-17"', '"Version":"2008-10-17","Id":"\\"[,{"'),
    fc.boolean(),
    space,
  )
  .map(([statements, single, rest, first, between]) => {
    const [only] = statements;
    const list = `[${between}${statements.join(`${between},${between}`)}${between}]`;
    const all = `"Statement"${between}:${between}${single && only !== undefined ? only : list}`;
    const members = first ? [all, rest] : [rest, all];
    return `${between}{${between}${members.join(`${between},`)}${between}}`;
  });

function statementsOf(text: string): readonly unknown[] {
  return [(JSON.parse(text) as { readonly Statement: unknown }).Statement].flat();
}

describe('the text of a policy', () => {
  it('has every byte of itself again once what was added is cut out', () => {
    fc.assert(
      fc.property(policy, (text) => {
        const before = new PolicyText(text);
        const back = before.plus(ours).minus(sids);
        expect((before.alone === null ? back : back.with(before.alone)).text).toBe(text);
      }),
    );
  });

  it('says with ours what it said before, and then what we say', () => {
    fc.assert(
      fc.property(policy, (text) => {
        const added = ours.map((one) => JSON.parse(one) as unknown);
        expect(statementsOf(new PolicyText(text).plus(ours).text)).toEqual([...statementsOf(text), ...added]);
      }),
    );
  });

  it('loses ours wherever they stand, and however others have written them', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 4 }), fc.nat(4), fc.boolean(), (theirs, at, pretty) => {
        const mixed = [...theirs.slice(0, at), ...ours, ...theirs.slice(at)].map(
          (one) => JSON.parse(one) as unknown,
        );
        const text = JSON.stringify({ Statement: mixed }, null, pretty ? 2 : 0);
        expect(statementsOf(new PolicyText(text).minus(sids).text)).toEqual(
          theirs.map((one) => JSON.parse(one) as unknown),
        );
      }),
    );
  });

  it('is left as it is where nothing in it is ours', () => {
    fc.assert(
      fc.property(policy, (text) => {
        expect(new PolicyText(text).minus(sids).text).toBe(text);
      }),
    );
  });

  it.each(['', 'null', '[]', '{}', '{"Statement":7}', '{"Statement":"[]"}', '{"Statement":['])(
    'is not touched where it is no policy: %s',
    (text) => {
      expect(() => new PolicyText(text)).toThrow(expect.objectContaining({ code: 'unreadable-policy' }));
    },
  );
});

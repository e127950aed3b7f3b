import { cli } from './aws-support.ts';

const id = 'checkout-survives.manual.0123456789ab';
const token = 'inoculate1.eyJyIjoxfQ.c2lnbmF0dXJl';
const signed = {
  result: 'directive',
  header: { name: 'x-inoculate-directive', value: token },
  attribute: 'InoculateDirective',
  faults: ['f1', 'f2'],
  expiresAt: Date.UTC(2027, 0, 15, 9, 30, 20),
};
const answers = { 'directive/1': signed };

describe('directive', () => {
  it('prints a header for curl, and beside it what it is good for', async () => {
    const { code, out, err, sent } = await cli(['directive', id, '--target', 'checkout'], answers);
    expect({ code, out }).toEqual({ code: 0, out: `x-inoculate-directive: ${token}\n` });
    expect(err).toContain('f1, f2 on one request to checkout, until 2027-01-15');
    expect(sent).toEqual([
      {
        to: 'requests',
        message: { inoculate: 'directive/1', run: id, target: 'checkout', seconds: 20 },
      },
    ]);
  });

  it('prints what SQS and SNS, and direct invocations, take', async () => {
    const argv = ['directive', id, '--target', 'checkout', '--as'];
    const attribute = await cli([...argv, 'attribute'], answers);
    expect(JSON.parse(attribute.out)).toEqual({
      InoculateDirective: { DataType: 'String', StringValue: token },
    });
    const context = await cli([...argv, 'context'], answers);
    expect(JSON.parse(Buffer.from(context.out, 'base64').toString())).toEqual({
      Custom: { 'x-inoculate-directive': token },
    });
  });

  it('asks for some of the faults, for as long as it is told, of the only run under way', async () => {
    const run = { id, experiment: 'checkout-survives', phase: 'observing', inPlace: [] };
    const { code, out, sent } = await cli(
      ['directive', 'checkout-survives', '-t', 'checkout', '--fault', 'f2,f1,f2', '--seconds', '5', '--json'],
      { ...answers, 'status/1': { result: 'status', killSwitch: false, runs: [run] } },
    );
    expect(code).toBe(0);
    const { result: _result, ...told } = signed;
    expect(JSON.parse(out)).toEqual({ run: id, target: 'checkout', ...told });
    expect(sent.at(-1)?.message).toEqual({
      inoculate: 'directive/1',
      run: id,
      target: 'checkout',
      faults: ['f2', 'f1'],
      seconds: 5,
    });
  });

  it('ends with 3 and the reason where it is refused', async () => {
    const reason = 'Run x injects nothing now: it is recovering';
    const { code, out, err } = await cli(['directive', id, '--target', 'checkout'], {
      'directive/1': { result: 'no-directive', reason, notYet: true },
    });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(`Refused: ${reason}`);
  });

  it('with --wait asks again until the fault is in place, and no more once it will not be', async () => {
    const reasons = [
      { result: 'no-directive', reason: 'it is checking', notYet: true },
      { result: 'no-directive', reason: 'it is injecting', notYet: true },
    ];
    const waiting = (last: object): (() => object) => {
      const coming = [...reasons, last];
      return () => coming.shift() ?? {};
    };
    const argv = ['directive', id, '--target', 'checkout', '--wait'];
    const signedAtLast = await cli(argv, { 'directive/1': waiting(signed) });
    expect(signedAtLast).toMatchObject({ code: 0, waits: [2_000, 2_000] });
    expect(signedAtLast.out).toContain(token);
    const over = { result: 'no-directive', reason: 'it is ended', notYet: false };
    const never = await cli(argv, { 'directive/1': waiting(over) });
    expect(never).toMatchObject({ code: 3, out: '', waits: [2_000, 2_000] });
  });

  it.each([
    ['no target', [], /--target NAME/],
    ['something else than faults', ['--target', 'a', '--fault', 'first'], /"first" is no fault/],
    ['an empty fault', ['--target', 'a', '--fault', 'f1,'], /"" is no fault/],
    ['too many seconds', ['--target', 'a', '--seconds', '29'], /from 1 to 28/],
    ['no seconds', ['--target', 'a', '--seconds', '0'], /from 1 to 28/],
    ['another carrier', ['--target', 'a', '--as', 'constructor'], /header\|attribute\|context/],
  ])('asks nobody with %s', async (_what, options, words) => {
    const { code, err, sent } = await cli(['directive', id, ...options], answers);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
    expect(err).toMatch(words);
  });

  it('says what would be right where there is no such run', async () => {
    const { code, err } = await cli(['directive', id, '--target', 'a'], {
      'directive/1': { result: 'unknown-run', run: id },
    });
    expect(code).toBe(2);
    expect(err).toContain('There is no run');
  });
});

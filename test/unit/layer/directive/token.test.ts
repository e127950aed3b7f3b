import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import {
  type Directive,
  type Expected,
  signDirective,
  verifyDirective,
} from '../../../../src/layer/directive/token.ts';

const now = 1_800_000_000_000;
const key = Buffer.alloc(32, 7).toString('base64url');
const expected: Expected = {
  key,
  runId: 'checkout-20270115T080000Z',
  functionName: 'shop-checkout',
  faults: new Set(['f1', 'f2']),
  now,
};
const directive: Directive = {
  runId: expected.runId,
  functionName: expected.functionName,
  faults: ['f1'],
  expiresAt: now + 20_000,
  nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
};
const token = signDirective(directive, key);
const [version = '', payload = '', signature = ''] = token.split('.');

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A token that says exactly this, signed with the right key: what a mistaken signer would make. */
function signed(content: string, prefix = 'inoculate1'): string {
  const head = `${prefix}.${Buffer.from(content).toString('base64url')}`;
  return `${head}.${createHmac('sha256', Buffer.from(key, 'base64url')).update(head).digest('base64url')}`;
}

describe('a directive', () => {
  it('is accepted as it was signed', () => {
    expect(verifyDirective(token, expected)).toEqual({ directive });
  });

  it('is accepted for any run, function and faults that sign and expect the same', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 128 }),
        fc.string({ minLength: 1, maxLength: 64 }),
        fc.uniqueArray(fc.constantFrom('f1', 'f2'), { maxLength: 2 }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (runId, functionName, faults, leftMs, bytes) => {
          const ownKey = Buffer.from(bytes).toString('base64url');
          const own = { ...directive, runId, functionName, faults, expiresAt: now + leftMs };
          const seen = verifyDirective(signDirective(own, ownKey), {
            ...expected,
            key: ownKey,
            runId,
            functionName,
          });
          expect(seen).toEqual({ directive: own });
        },
      ),
    );
  });

  it('fits its limit of length with ten faults and the longest names', () => {
    const longest = {
      ...directive,
      runId: 'r'.repeat(128),
      functionName: 'f'.repeat(170),
      faults: Array.from({ length: 10 }, (_, index) => `f${index + 90}`),
      nonce: 'n'.repeat(22),
    };
    const { runId, functionName, faults } = longest;
    expect(
      verifyDirective(signDirective(longest, key), {
        ...expected,
        runId,
        functionName,
        faults: new Set(faults),
      }),
    ).toEqual({ directive: longest });
  });

  it('is not accepted with any single character changed, dropped or doubled', () => {
    let tried = 0;
    for (let place = 0; place < token.length; place += 1) {
      const [before, after] = [token.slice(0, place), token.slice(place + 1)];
      const others = [...alphabet, '.', '=', '+', '/', ' ', '\n', '\u0000', 'é'];
      const mutants = others.filter((char) => char !== token[place]).map((char) => before + char + after);
      for (const mutant of [...mutants, before + after, token.slice(0, place + 1) + token.slice(place)]) {
        tried += 1;
        expect(verifyDirective(mutant, expected)).toHaveProperty('ignored');
      }
    }
    expect(tried).toBeGreaterThan(10_000);
  });

  it('is not accepted after any number of changes at random', () => {
    const edit = fc.record({
      at: fc.nat(token.length),
      drop: fc.nat(3),
      put: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('.', '=', ',', 'A')),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const mutant = edits.reduce(
          (text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop),
          token,
        );
        fc.pre(mutant !== token);
        expect(verifyDirective(mutant, expected)).toHaveProperty('ignored');
      }),
      { numRuns: 3_000 },
    );
  });

  it('has one text only: no other spelling of the same bytes is accepted', () => {
    // The last character of 32 bytes in base64 has two bits that no byte uses.
    const last = alphabet.indexOf(signature.at(-1) ?? '');
    const sameBytes = [1, 2, 3].map((bits) => `${signature.slice(0, -1)}${alphabet[last ^ bits] ?? ''}`);
    for (const spelling of sameBytes)
      expect(Buffer.from(spelling, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    const spellings = [
      ...sameBytes.map((other) => `${version}.${payload}.${other}`),
      `${token}=`,
      `${version}.${payload}=.${signature}`,
      ` ${token}`,
      `${token}\n`,
      `${token}.`,
      `${token},${token}`,
      token.toUpperCase(),
      `${version}.${payload}.${Buffer.from(signature, 'base64url').toString('hex')}`,
      token.replaceAll('-', '+').replaceAll('_', '/').replace('inoculate1', 'inoculate1 '),
    ];
    for (const spelling of spellings)
      expect(verifyDirective(spelling, expected)).toEqual({ ignored: 'directive-unsigned' });
  });

  it('chooses neither its algorithm nor its version', () => {
    const header = (alg: string): string =>
      Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
    const head = `inoculate1.${payload}`;
    const bytes = Buffer.from(key, 'base64url');
    const others = [
      `${header('none')}.${payload}.`,
      `${header('HS256')}.${payload}.${signature}`,
      `inoculate1.${payload}.`,
      `inoculate1.${payload}`,
      `inoculate1..${signature}`,
      `.${payload}.${signature}`,
      `inoculate2.${payload}.${signature}`,
      signed(Buffer.from(payload, 'base64url').toString(), 'inoculate2'),
      signed(Buffer.from(payload, 'base64url').toString(), 'INOCULATE1'),
      ...['sha1', 'sha512', 'md5', 'sha3-256'].map(
        (hash) => `${head}.${createHmac(hash, bytes).update(head).digest('base64url')}`,
      ),
      // The key as text, an empty key, and a signature of the payload alone, of its bytes, and cut short.
      `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`,
      `${head}.${createHmac('sha256', '').update(head).digest('base64url')}`,
      `${head}.${createHmac('sha256', bytes).update(payload).digest('base64url')}`,
      `${head}.${createHmac('sha256', bytes).update(Buffer.from(payload, 'base64url')).digest('base64url')}`,
      `${head}.${signature.slice(0, 22)}`,
    ];
    for (const other of others)
      expect(verifyDirective(other, expected)).toEqual({ ignored: 'directive-unsigned' });
  });

  it('is not accepted with the payload of one and the signature of another', () => {
    const other = signDirective({ ...directive, faults: [] }, key);
    const [, otherPayload = ''] = other.split('.');
    expect(verifyDirective(`${version}.${otherPayload}.${signature}`, expected)).toEqual({
      ignored: 'directive-unsigned',
    });
  });

  it('is not looked at beyond a length that none has', () => {
    const long = signDirective({ ...directive, functionName: 'f'.repeat(5_000) }, key);
    expect(verifyDirective(long, { ...expected, functionName: 'f'.repeat(5_000) })).toEqual({
      ignored: 'directive-unsigned',
    });
  });

  it.each([
    ['of another run', { runId: 'another' }, 'directive-foreign'],
    ['for another function', { functionName: 'shop-orders' }, 'directive-foreign'],
    ['for a fault that the dose does not have', { faults: ['f1', 'f3'] }, 'directive-foreign'],
    ['that expires now', { expiresAt: now }, 'directive-expired'],
    ['that has expired', { expiresAt: now - 1 }, 'directive-expired'],
    ['that is valid for longer than 30 seconds', { expiresAt: now + 30_001 }, 'directive-expired'],
  ])('%s is ignored', (_what, change, ignored) => {
    const changed = signDirective({ ...directive, ...change }, key);
    expect(verifyDirective(changed, expected)).toEqual({ ignored });
  });

  it('counts as foreign, not as unsigned, with the key of the function that it says it is for', () => {
    const otherKey = randomBytes(32).toString('base64url');
    const forAnother = signDirective({ ...directive, functionName: 'shop-orders' }, otherKey);
    expect(verifyDirective(forAnother, expected)).toEqual({ ignored: 'directive-foreign' });
    expect(verifyDirective(signDirective(directive, otherKey), expected)).toEqual({
      ignored: 'directive-unsigned',
    });
  });

  it('is ignored where what was signed is no directive', () => {
    const { runId: r, functionName: f, faults: i, expiresAt: x, nonce: n } = directive;
    const whole = { r, f, i, x, n };
    const contents = [
      'null',
      '[]',
      '"inoculate1"',
      '{',
      '',
      JSON.stringify({ ...whole, more: 1 }),
      JSON.stringify({ r, f, i, x }),
      ...[null, 1, true, {}, [], ''].flatMap((odd) =>
        (['i', 'x', 'n'] as const)
          .filter((name) => !(name === 'i' && Array.isArray(odd)) && !(name === 'x' && odd === 1))
          .map((name) => JSON.stringify({ ...whole, [name]: odd })),
      ),
      JSON.stringify({ ...whole, i: ['f1', 'f1'] }),
      JSON.stringify({ ...whole, i: ['constructor'] }),
      JSON.stringify({ ...whole, x: now + 0.5 }),
      JSON.stringify({ ...whole, x: `${now + 1}` }),
      JSON.stringify({ ...whole, n: 'short' }),
      JSON.stringify({ ...whole, n: 'A'.repeat(65) }),
    ];
    for (const content of contents) {
      if (content !== '') expect(verifyDirective(signed(content), expected)).toHaveProperty('ignored');
    }
    expect(verifyDirective(signed(JSON.stringify(whole)), expected)).toEqual({ directive });
  });

  it('is never thrown at, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: 'binary' }).map((t) => `inoculate1.${t}`),
        ),
        (text) => {
          expect(verifyDirective(text, expected)).toHaveProperty('ignored');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

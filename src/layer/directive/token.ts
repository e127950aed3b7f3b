import { createHmac, timingSafeEqual } from 'node:crypto';

/** The HTTP header, and the key of a direct invocation's client context, that carries a directive. */
export const DIRECTIVE_HEADER = 'x-inoculate-directive';
/** The attribute of a message of SQS or SNS that carries one. */
export const DIRECTIVE_ATTRIBUTE = 'InoculateDirective';
/** No directive is valid for longer, whatever it says. */
export const LONGEST_DIRECTIVE_MS = 30_000;

/** There is one algorithm for each version: a token cannot choose. */
const VERSION = 'inoculate1';
/** With every fault of a dose, and the longest names of run and function, a token is about 700 characters long. */
const LONGEST_TOKEN = 1_024;
const FORM = /^inoculate1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;
const FAULT_ID = /^f[1-9][0-9]?$/;
const MOST_FAULTS = 10;
const NONCE = /^[A-Za-z0-9_-]{16,64}$/;

/** What a pipeline asks for: these faults, on the one request that carries this. */
export interface Directive {
  readonly runId: string;
  readonly functionName: string;
  /** Of the dose; none named means all of them. */
  readonly faults: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Never used twice. */
  readonly nonce: string;
}

/** What a sandbox holds a directive against. */
export interface Expected {
  /** The dose's, as it is written there. */
  readonly key: string;
  readonly runId: string;
  readonly functionName: string;
  /** The faults of the dose. */
  readonly faults: ReadonlySet<string>;
  readonly now: number;
}

export type Ignored = 'directive-unsigned' | 'directive-expired' | 'directive-foreign';

export type Verified = { readonly directive: Directive } | { readonly ignored: Ignored };

/** @param key 32 bytes in base64url, as the dose has it */
export function signDirective(directive: Directive, key: string): string {
  const { runId: r, functionName: f, faults: i, expiresAt: x, nonce: n } = directive;
  const signed = `${VERSION}.${Buffer.from(JSON.stringify({ r, f, i, x, n })).toString('base64url')}`;
  return `${signed}.${signatureOf(signed, key)}`;
}

/** What a token asks for, or why it is ignored; a token of any sort is answered, never thrown at. */
export function verifyDirective(token: string, expected: Expected): Verified {
  const [, payload, signature] = token.length > LONGEST_TOKEN ? [] : (FORM.exec(token) ?? []);
  if (payload === undefined || signature === undefined) return { ignored: 'directive-unsigned' };
  const directive = directiveOf(payload);
  if (!isSignature(signature, `${VERSION}.${payload}`, expected.key)) {
    // Another function's key is not known here. That it says so itself proves nothing, and grants nothing.
    const foreign = directive !== undefined && !isFor(directive, expected);
    return { ignored: foreign ? 'directive-foreign' : 'directive-unsigned' };
  }
  if (directive === undefined || !isFor(directive, expected)) return { ignored: 'directive-foreign' };
  const leftMs = directive.expiresAt - expected.now;
  if (leftMs <= 0 || leftMs > LONGEST_DIRECTIVE_MS) return { ignored: 'directive-expired' };
  return { directive };
}

/**
 * Of the text, not of the bytes that it stands for: several texts of base64url stand for the same bytes, and a decoder
 * that is lenient would accept them all.
 */
function isSignature(signature: string, signed: string, key: string): boolean {
  return timingSafeEqual(Buffer.from(signature, 'latin1'), Buffer.from(signatureOf(signed, key), 'latin1'));
}

function signatureOf(signed: string, key: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url')).update(signed).digest('base64url');
}

function isFor({ runId, functionName, faults }: Directive, expected: Expected): boolean {
  if (runId !== expected.runId || functionName !== expected.functionName) return false;
  return faults.every((id) => expected.faults.has(id));
}

function directiveOf(payload: string): Directive | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // not JSON: it is none
  }
  if (!isObject(value) || Object.keys(value).sort().join('') !== 'finrx') return undefined;
  const { r, f, i, x, n } = value;
  if (typeof r !== 'string' || typeof f !== 'string' || !isFaults(i)) return undefined;
  if (typeof x !== 'number' || !Number.isSafeInteger(x) || typeof n !== 'string' || !NONCE.test(n)) {
    return undefined;
  }
  return { runId: r, functionName: f, faults: i, expiresAt: x, nonce: n };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isFaults(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_FAULTS &&
    value.every((id) => typeof id === 'string' && FAULT_ID.test(id)) &&
    new Set(value).size === value.length
  );
}

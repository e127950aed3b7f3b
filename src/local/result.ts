import type { PoolResult } from './pool.ts';
import type { InvocationResult } from './types.ts';

/** What the caller of `invoke` gets. Throws when the host was stopped meanwhile. */
export function resultOf(result: PoolResult): InvocationResult {
  const { requestId } = result;
  switch (result.kind) {
    case 'stopped':
      throw new Error('The host was stopped.');
    case 'throttled':
      return {
        ok: false,
        reason: 'throttled',
        errorType: 'TooManyRequestsException',
        errorMessage: 'Rate Exceeded.',
        requestId,
        durationMs: 0,
        coldStart: false,
      };
    case 'served': {
      const { outcome, durationMs, coldStart } = result.served;
      const facts = { requestId, durationMs, coldStart };
      if (outcome.kind === 'failure') return { ok: false, reason: 'function', ...outcome.failure, ...facts };
      return { ok: true, payload: payloadOf(outcome.body), ...facts };
    }
  }
}

/** JSON where it is; a streamed answer may be any text. */
function payloadOf(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

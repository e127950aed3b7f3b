import { logOnce, reasonOf } from '../log.ts';
import type { Gate } from './gate.ts';
import { interceptHttp2 } from './http2.ts';
import { interceptNodeHttp } from './node-http.ts';
import { interceptUndici } from './undici.ts';

const ways = { 'node:http': interceptNodeHttp, fetch: interceptUndici, 'HTTP/2': interceptHttp2 };

/** Intercepts every outbound HTTP call, by whichever way it leaves. Returns what undoes it, exactly. */
export function interceptCalls(gate: Gate): () => void {
  const restores: (() => void)[] = [];
  for (const [way, intercept] of Object.entries(ways)) {
    try {
      restores.push(intercept(gate));
    } catch (error) {
      logOnce(`calls over ${way} are left alone: ${reasonOf(error)}`);
    }
  }
  return () => {
    for (const restore of restores.splice(0)) restore();
  };
}

import { logOnce, reasonOf } from '../log.ts';
import type { Gate } from './gate.ts';
import { Gates } from './gates.ts';
import { interceptHttp2 } from './http2.ts';
import { interceptNodeHttp } from './node-http.ts';
import { interceptUndici } from './undici.ts';

const ways = { 'node:http': interceptNodeHttp, fetch: interceptUndici, 'HTTP/2': interceptHttp2 };

const gates = new Gates();
const restores: (() => void)[] = [];

/** Intercepts every outbound HTTP call, by whichever way it leaves. Returns what undoes it, exactly. */
export function interceptCalls(gate: Gate): () => void {
  if (gates.add(gate)) intercept();
  return () => {
    if (gates.remove(gate)) for (const restore of restores.splice(0)) restore();
  };
}

function intercept(): void {
  for (const [way, interceptWay] of Object.entries(ways)) {
    try {
      restores.push(interceptWay(gates));
    } catch (error) {
      logOnce(`calls over ${way} are left alone: ${reasonOf(error)}`);
    }
  }
}

import type { RunRecord } from '../../../../src/report/record.ts';

/** Ways into a page, each marked by an attempt to set a global that nothing else sets. */
export const payload = [
  '<script>globalThis.injected=1</script>',
  '"><img src=x onerror="globalThis.injected=2">',
  "'><svg/onload=globalThis.injected=3>",
  '</style></title></textarea><script>globalThis.injected=4</script>',
  '--><iframe srcdoc="<script>parent.injected=5</script>"></iframe>',
  '[x](javascript:globalThis.injected=6)',
  '![x](https://tracker.invalid/pixel.png)',
  '@everyone | `code` | \u202etxt.exe\u0000 $&',
].join(' ');

/** Values that say what kind of thing something is: no outsider chooses them. */
const own = new Set([
  'at',
  'type',
  'code',
  'result',
  'verdict',
  'phase',
  'from',
  'to',
  'kind',
  'effect',
  'how',
  'where',
  'id',
  'unit',
]);
/** As a signal's kind; elsewhere `signal` is the name that its author gave it. */
const signalKinds = new Set(['failures', 'latency']);

/** The same record, with the payload in every text that comes from outside. */
export function hostile(record: RunRecord): RunRecord {
  const text = JSON.stringify(record, (key: string, value: unknown) => {
    if (own.has(key) || typeof value !== 'string' || (key === 'signal' && signalKinds.has(value)))
      return value;
    return value + payload;
  });
  const copy = JSON.parse(text) as RunRecord;
  const environment = { ...copy.environment, nodeVersions: { [`checkout${payload}`]: `24${payload}` } };
  return { ...copy, run: { ...copy.run, id: copy.run.id + payload, requestedBy: payload }, environment };
}

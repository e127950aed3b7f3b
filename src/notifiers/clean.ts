import { withoutTricks } from '../report/plain.ts';

/** Text that every channel takes: neither control characters nor halves of characters. */
export function clean(text: string): string {
  return withoutTricks(text).replace(/\p{Surrogate}/gu, '\ufffd');
}

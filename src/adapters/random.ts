import { randomBytes } from 'node:crypto';

/** Bytes that nobody can guess, in base64url: the one place of the controller that draws them. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

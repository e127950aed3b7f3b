import type { RunId } from '../../core/ids.ts';

/** What people can do from a message. `continue` and `abort-session` are for game days, the others for runs. */
export const buttonActions = [
  'approve',
  'decline',
  'postpone',
  'abort',
  'kill-switch',
  'continue',
  'abort-session',
] as const;

export type ButtonAction = (typeof buttonActions)[number];

/** What a button was made for: pressing it means that, and nothing that came later. */
export interface ButtonValue {
  readonly subject: { readonly run: RunId } | { readonly session: string };
  /** Number of the change that it was shown with. */
  readonly seq: number;
  /** Generation of the kill switch then. */
  readonly generation: number;
}

export interface Button extends ButtonValue {
  readonly action: ButtonAction;
}

/** Slack's own limits for `action_id` and `value`. */
export const maxActionIdChars = 255;
export const maxValueChars = 2_000;

const prefix = 'inoculate:';
const form = 'button/1';
const idPattern = /^[a-z][a-z0-9-]*\.[a-z]+\.[A-Za-z0-9:_-]+$/;
const maxIdChars = 192;

/** `action_id` and `value` of a button in a message. */
export function encodeButton({ action, subject, seq, generation }: Button): {
  readonly action_id: string;
  readonly value: string;
} {
  return {
    action_id: `${prefix}${action}`,
    value: JSON.stringify({ inoculate: form, ...subject, seq, generation }),
  };
}

/** What a pressed button means; undefined where it is none of ours, or not as we write them. */
export function decodeButton(actionId: unknown, value: unknown): Button | undefined {
  const action = buttonActions.find((name) => actionId === `${prefix}${name}`);
  const found = action === undefined ? undefined : decodeValue(value);
  return action === undefined || found === undefined ? undefined : { action, ...found };
}

function decodeValue(value: unknown): ButtonValue | undefined {
  const body = parsed(value);
  if (body === undefined || body['inoculate'] !== form) return undefined;
  const { run, session, seq, generation } = body;
  if (!isCount(seq) || !isCount(generation)) return undefined;
  if (isId(run) && session === undefined) return { subject: { run }, seq, generation };
  if (isId(session) && run === undefined) return { subject: { session }, seq, generation };
  return undefined;
}

function parsed(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'string' || value.length > maxValueChars) return undefined;
  try {
    const body: unknown = JSON.parse(value);
    return typeof body === 'object' && body !== null ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxIdChars && idPattern.test(value);
}

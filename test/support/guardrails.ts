import { defaultGuardrails } from '../../src/core/guardrails.ts';
import type { StoredGuardrails } from '../../src/generated/types.ts';
import { validateGuardrails } from '../../src/generated/validate-guardrails.js';

/** Guardrails as they are stored: the defaults of a stage, with changes. */
export function storedGuardrails(changes: Partial<StoredGuardrails> = {}, stage = 'dev'): StoredGuardrails {
  const { version: _version, ...rest } = defaultGuardrails(stage);
  const stored: unknown = { ...rest, ...changes };
  if (!validateGuardrails(stored)) throw new Error(JSON.stringify(validateGuardrails.errors));
  return stored;
}

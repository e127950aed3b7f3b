/** What the function for policies of roles is asked. It takes nothing else. */
export type RolePolicyRequest =
  | { readonly op: 'get' | 'delete'; readonly role: string; readonly policyName: string }
  | {
      readonly op: 'put';
      readonly role: string;
      readonly policyName: string;
      readonly document: string;
    };

export type RolePolicyAnswer =
  | { readonly outcome: 'no-role' }
  | {
      readonly outcome: 'read';
      readonly optedIn: boolean;
      /** Whoever else than Lambda may take the role, for people. */
      readonly others: readonly string[];
      /** Of the policy of that name; null where the role has none. */
      readonly document: string | null;
    }
  | { readonly outcome: 'done' }
  | {
      readonly outcome: 'failed';
      readonly code: string;
      readonly message: string;
      /** Whether something may have been changed. */
      readonly unknown: boolean;
    };

const ownName = /^Inoculate[0-9a-f]{16}$/;
const roleName = /^[A-Za-z0-9+=,.@_-]{1,64}$/;

export function requestOf(event: unknown): RolePolicyRequest {
  if (
    typeof event === 'object' &&
    event !== null &&
    'op' in event &&
    'role' in event &&
    'policyName' in event
  ) {
    const { op, role, policyName } = event;
    if (isNamed(role, roleName) && isNamed(policyName, ownName)) {
      if (op === 'get' || op === 'delete') return { op, role, policyName };
      if (op === 'put' && 'document' in event && typeof event.document === 'string')
        return { op, role, policyName, document: event.document };
    }
  }
  throw new Error(
    `Not a request for a policy of a role: ${JSON.stringify(event)}. It takes op get, put or delete, the name of a role, a policyName of Inoculate's own, and a document to put.`,
  );
}

function isNamed(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

export function answerOf(payload: unknown): RolePolicyAnswer {
  if (typeof payload === 'object' && payload !== null && 'outcome' in payload) {
    if (payload.outcome === 'no-role' || payload.outcome === 'done') return { outcome: payload.outcome };
    if (payload.outcome === 'failed' && 'code' in payload && 'message' in payload && 'unknown' in payload)
      return {
        outcome: 'failed',
        code: String(payload.code),
        message: String(payload.message),
        unknown: payload.unknown !== false,
      };
    if (payload.outcome === 'read' && 'optedIn' in payload && 'others' in payload && 'document' in payload) {
      const { optedIn, others, document } = payload;
      if (Array.isArray(others) && (document === null || typeof document === 'string'))
        return { outcome: 'read', optedIn: optedIn === true, others: others.map(String), document };
    }
  }
  throw new Error(`Not an answer on a policy of a role: ${JSON.stringify(payload)}`);
}

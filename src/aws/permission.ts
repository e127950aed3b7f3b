/**
 * Calls that one part of Inoculate makes on one kind of resource, and that a role must allow for it. Policies of
 * experiments, roles of the deployed functions and the checks of `doctor` are all made from these facts.
 */
export interface Permission {
  /** IAM actions, such as `lambda:PutFunctionConcurrency`. None has a wildcard. */
  readonly actions: readonly string[];
  /**
   * The resource's ARN, with `{partition}`, `{region}`, `{account}` and `{id}` (the target's id, in the part of the ARN
   * that names it) to be filled in; `*` only where AWS knows no resource for these actions.
   */
  readonly resource: string;
  /** When the calls are made: `resolve` while the facts are gathered, `capture` and `read` around both changes. */
  readonly during: readonly ('resolve' | 'capture' | 'apply' | 'revert' | 'read')[];
  /**
   * They change something. Where AWS evaluates `aws:ResourceTag` for them, only what carries the opt-in tag. What they make
   * carries no tags before: the conditions say which it must be given.
   */
  readonly changes: false | { readonly tagEvaluated: boolean; readonly makes?: true };
  /** Conditions beyond the opt-in tag, as IAM writes them. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Where the call is another service's on our behalf, or only needed at times: why, for people. */
  readonly why?: string;
}

import { EffectError } from '../../engine/errors.ts';

/**
 * A resource policy as the text that AWS keeps. Statements are put into it and cut out again as text: no byte of the
 * others changes, neither their order nor what they say.
 */
export class PolicyText {
  readonly text: string;
  readonly #value: Span;
  readonly #single: boolean;
  readonly #statements: readonly Statement[];

  constructor(text: string) {
    this.text = text;
    parsed(text);
    const tokens = tokensOf(text);
    const statement = partsOf(tokens, 0).find(([name]) => name?.text === '"Statement"');
    const value = statement?.slice(2) ?? [];
    const opening = value[0];
    if (opening === undefined || !['[', '{'].includes(opening.text)) throw unreadable('it has no Statement');
    this.#value = spanOf(value);
    this.#single = opening.text === '{';
    const spans = this.#single ? [this.#value] : partsOf(value, 0).map(spanOf);
    this.#statements = spans.map((span) => ({ span, sid: sidOf(text.slice(span.start, span.end)) }));
  }

  /** What a new policy looks like. */
  static of(statements: readonly string[]): PolicyText {
    return new PolicyText(`{"Version":"2012-10-17","Statement":[${statements.join(',')}]}`);
  }

  get isEmpty(): boolean {
    return this.#statements.length === 0;
  }

  /** Null where a statement has none. */
  get sids(): readonly (string | null)[] {
    return this.#statements.map(({ sid }) => sid);
  }

  /** With statements behind its own. */
  plus(statements: readonly string[]): PolicyText {
    const added = statements.join(',');
    const last = this.#statements.at(-1)?.span.end;
    if (this.#single) return this.#replaced(this.#value, `[${this.#of(this.#value)},${added}]`);
    const at = last ?? this.#value.start + 1;
    return this.#replaced({ start: at, end: at }, last === undefined ? added : `,${added}`);
  }

  /** Without the statements of these Sids. */
  minus(sids: readonly string[]): PolicyText {
    const n = this.#statements.findIndex(({ sid }) => sid !== null && sids.includes(sid));
    const ours = this.#statements[n]?.span;
    if (ours === undefined) return this;
    if (this.#single) return this.#replaced(this.#value, '[]');
    const before = this.#statements[n - 1]?.span.end;
    const after = this.#statements[n + 1]?.span.start;
    const cut = { start: before ?? ours.start, end: before === undefined ? (after ?? ours.end) : ours.end };
    return this.#replaced(cut, '').minus(sids);
  }

  /** The text of its statement, where that stands alone. */
  get alone(): string | null {
    return this.#single ? this.#of(this.#value) : null;
  }

  /** With that statement alone, where a list has no other. */
  with(alone: string): PolicyText {
    const texts = this.#statements.map(({ span }) => this.#of(span));
    return texts.length === 1 && texts[0] === alone ? this.#replaced(this.#value, alone) : this;
  }

  #of({ start, end }: Span): string {
    return this.text.slice(start, end);
  }

  #replaced({ start, end }: Span, by: string): PolicyText {
    return new PolicyText(`${this.text.slice(0, start)}${by}${this.text.slice(end)}`);
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Statement {
  readonly span: Span;
  readonly sid: string | null;
}

interface Token extends Span {
  readonly text: string;
}

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The tokens of each element of the list, or of each member of the object, that opens at a token. */
function partsOf(tokens: readonly Token[], opening: number): readonly (readonly Token[])[] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let depth = 0;
  for (const token of tokens.slice(opening)) {
    if (token.text === '}' || token.text === ']') depth -= 1;
    if (depth === 0 && token.start > (tokens[opening]?.start ?? 0)) break;
    if (depth === 1 && token.text === ',') {
      parts.push(part);
      part = [];
    } else if (depth > 0) part.push(token);
    if (token.text === '{' || token.text === '[') depth += 1;
  }
  return part.length === 0 ? parts : [...parts, part];
}

function spanOf(tokens: readonly Token[]): Span {
  return { start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 };
}

function sidOf(statement: string): string | null {
  const value = parsed(statement);
  const sid = typeof value === 'object' && value !== null && 'Sid' in value ? value.Sid : null;
  return typeof sid === 'string' ? sid : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

function unreadable(why: string): EffectError {
  return new EffectError('unreadable-policy', `The policy is left alone, since it cannot be read: ${why}`, {
    unknown: false,
  });
}

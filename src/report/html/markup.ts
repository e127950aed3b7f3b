import { withoutTricks } from '../plain.ts';

/** Text that is HTML already: made by `html` alone, so that nothing else gets around the escaping. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: markup stays, all else is escaped; null is nothing. */
export type Fragment = Markup | string | number | null | readonly Fragment[];

/** A template whose every value is escaped, in element content and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(render)));
}

function render(fragment: Fragment): string {
  if (fragment === null) return '';
  if (fragment instanceof Markup) return fragment.toString();
  if (typeof fragment === 'string' || typeof fragment === 'number') return escapeHtml(String(fragment));
  return fragment.map(render).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return withoutTricks(text)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/(\d) (?=(?:%|×|ms|s|min|h|points?)(?![\w-]))/g, '$1\u00a0');
}

/** Long words may break where their parts meet, and nowhere else: ProvisionedThroughput|Exceeded|Exception. */
export function breakable(text: string): Markup {
  const parts = text.split(/(?<=[a-z])(?=[A-Z][a-z])|(?<=[/_:])(?=\w)/);
  return html`${parts.map((part, index) => (index === 0 ? part : html`<wbr />${part}`))}`;
}

/** A page of docs/, with what stands between `<!-- generated: NAME -->` and `<!-- end -->` made anew. */
export function filledIn(page: string, parts: Readonly<Record<string, () => string>>): string {
  return page.replaceAll(
    /(<!-- generated: (\w+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`A page of docs/ asks for ${name}, which nothing generates`);
      return `${start}\n${part()}\n\n${end}`;
    },
  );
}

export function head(...titles: readonly string[]): string {
  return `${cells(...titles)}\n${cells(...titles.map(() => '---'))}`;
}

export function cells(...texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

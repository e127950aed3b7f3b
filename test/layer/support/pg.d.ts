// What the tests use of pg, which comes without types.
declare module 'pg' {
  class Pool {
    constructor(options: Readonly<Record<string, unknown>>);
    on(event: 'error', listener: () => void): this;
    query<R>(text: string): Promise<{ readonly rows: readonly R[] }>;
    readonly totalCount: number;
  }
  const pg: { readonly Pool: typeof Pool };
  export default pg;
  export type { Pool };
}

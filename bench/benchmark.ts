/** One figure, with the limit that it should stay below where there is one. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
}

/** What a file bench/<name>.bench.ts exports by default. */
export interface Benchmark {
  readonly title: string;
  /** Measures, and cleans up after itself. */
  run(): Promise<readonly Measurement[]>;
}

/** One mistake, and where in which file. Lines and columns count from 1. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Number of characters that are wrong, on that line; at least 1. */
  readonly length: number;
  /** `faults[0].rate`; empty where no property is concerned. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly found: string;
  /** What would be right; may be empty. */
  readonly help: string;
  /** The line itself, as it stands in the file. */
  readonly source: string;
}

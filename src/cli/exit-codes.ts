/** What a command tells the shell. Nothing else in the CLI names these numbers. */
export const exitCodes = {
  /** The steady state held; for commands without a run: done. */
  held: 0,
  /** The steady state deviated, whether the run was aborted on it or not. */
  deviated: 1,
  /** A file, an option or an argument is wrong. */
  badInput: 2,
  /** A guard refused the run. */
  refused: 3,
  /** Aborted by a person, an alarm or the kill switch. */
  aborted: 4,
  inconclusive: 5,
  /** A bug, or a failure of the infrastructure. */
  internal: 70,
  /** Ctrl-C ended the command, and nothing else. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

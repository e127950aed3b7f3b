import type { Command, OptionSpecs } from './command.ts';
import { commonOptions } from './parse-input.ts';

/** `inoculate --help`. */
export function generalHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return `Inoculate: small, bounded, reversible faults for serverless applications on AWS.

Usage: inoculate COMMAND [options]

Commands:
${table(rows)}

inoculate COMMAND --help tells more about one. inoculate --version shows the version.

Exit codes: 0 held or done, 1 deviated, 2 wrong input, 3 refused, 4 aborted, 5 inconclusive, 70 internal error.
`;
}

/** `inoculate COMMAND --help`. */
export function commandHelp(command: Command): string {
  return `${command.summary}

Usage: inoculate ${command.name} ${command.usage}

${command.details.trim()}

Options:
${table(optionRows({ ...command.options, ...commonOptions }))}
`;
}

function optionRows(options: OptionSpecs): [string, string][] {
  return Object.entries(options).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    if (spec.type === 'flag') return [`${short}--${name}`, spec.description];
    const fallback = spec.default === undefined ? '' : ` (without it: ${spec.default})`;
    return [`${short}--${name} ${spec.placeholder}`, `${spec.description}${fallback}`];
  });
}

/** Two columns, the first as wide as it needs to be. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { suggest } from '../core/suggest.ts';
import { type Command, type Input, type OptionSpec, UsageError } from './command.ts';

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  help: { type: 'flag', short: 'h', description: 'show this help' },
  debug: { type: 'flag', description: 'show where an internal error comes from' },
};

/** A command line against what the command takes. Throws UsageError. */
export function parseInput(command: Command, argv: readonly string[]): Input {
  const specs = { ...command.options, ...commonOptions };
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.type === 'flag' ? ('boolean' as const) : ('string' as const),
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const args: string[] = [];
  const given = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(command, token.rawName, Object.keys(specs));
    given.set(token.name, valueOf(spec, token.rawName, token.value));
  }
  const input: Input = {
    args,
    flag: (name) => given.get(name) === true,
    value: (name) => {
      const value = given.get(name);
      if (typeof value === 'string') return value;
      const spec = command.options[name];
      return spec?.type === 'value' ? spec.default : undefined;
    },
  };
  if (!input.flag('help')) checkArity(command, args);
  return input;
}

function valueOf(spec: OptionSpec, rawName: string, value: string | undefined): string | true {
  if (spec.type === 'flag') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return true;
  }
  if (value === undefined || value === '')
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.placeholder}`);
  return value;
}

function unknownOption(command: Command, rawName: string, names: readonly string[]): UsageError {
  const meant = suggest(rawName.replace(/^-+/, ''), names);
  const help =
    meant === undefined ? `inoculate ${command.name} --help lists the options` : `did you mean --${meant}?`;
  return new UsageError(`inoculate ${command.name} has no option ${rawName}`, help);
}

function checkArity(command: Command, args: readonly string[]): void {
  const [min, max] = command.arity;
  if (args.length >= min && args.length <= max) return;
  const usage = `usage: inoculate ${command.name} ${command.usage}`;
  if (args.length < min)
    throw new UsageError(`inoculate ${command.name} needs ${command.usage.split(' ')[0] ?? ''}`, usage);
  throw new UsageError(
    `inoculate ${command.name} does not know what to do with ${JSON.stringify(args[max])}`,
    usage,
  );
}

import { instant } from '../../report/format.ts';
import type { RequestMessage } from '../../generated/types.ts';
import { ask } from '../aws/ask.ts';
import { jsonOption, remoteOptions, withRemote } from '../aws/options.ts';
import { runUnderWay, unknownRun } from '../aws/runs.ts';
import { type Command, FailureError, type Input, UsageError } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

type Wish = Omit<Extract<RequestMessage, { inoculate: 'directive/1' }>, 'inoculate' | 'run'>;
interface Signed {
  readonly header: { readonly name: string; readonly value: string };
  readonly attribute: string;
}

type Answered = Awaited<ReturnType<typeof ask<Extract<RequestMessage, { inoculate: 'directive/1' }>>>>;

/** A run goes on from tick to tick, and a tick takes a few seconds. */
const betweenTriesMs = 2_000;
/** Ctrl-C ends the process, as ever: there is nothing to tidy up. */
const never = new AbortController().signal;

/** The ways in which a request can carry a directive, as the tools that send such requests take them. */
const carriers: Readonly<Record<string, (signed: Signed) => string>> = {
  header: ({ header }) => `${header.name}: ${header.value}`,
  attribute: ({ attribute, header }) =>
    JSON.stringify({ [attribute]: { DataType: 'String', StringValue: header.value } }),
  context: ({ header }) =>
    Buffer.from(JSON.stringify({ Custom: { [header.name]: header.value } })).toString('base64'),
};

export const directive: Command = {
  name: 'directive',
  summary: 'Sign the directive that asks for a fault on one request',
  usage: 'RUN',
  arity: [1, 1],
  details: `RUN is a run's id, or an experiment's name for its only run under way; the experiment says "directives: true". The one
request that carries what this prints meets the faults of the target, at any rate and whatever its group would have been: for
one function, once, and for a few seconds.

  curl -H "$(inoculate directive checkout-survives --target checkout)" https://shop.example/checkout
  inoculate directive checkout-survives --target checkout --fault f1,f2 --seconds 5 --wait
  aws sqs send-message --queue-url "$URL" --message-body '{}' \\
    --message-attributes "$(inoculate directive checkout-survives --target checkout --as attribute)"
  aws lambda invoke --function-name shop-dev-checkout answer.json \\
    --client-context "$(inoculate directive checkout-survives --target checkout --as context)"

Exit codes: 0 signed, 3 refused: nothing is injected now, or the experiment takes no directives.`,
  options: {
    ...remoteOptions,
    target: { type: 'value', short: 't', placeholder: 'NAME', description: 'of the experiment; needed' },
    fault: {
      type: 'value',
      short: 'f',
      placeholder: 'F1,F2',
      description: "by their places in the file; without it: all of the target's",
    },
    seconds: {
      type: 'value',
      placeholder: 'N',
      description: 'how long it is valid, from 1 to 28',
      default: '20',
    },
    as: {
      type: 'value',
      placeholder: 'header|attribute|context',
      description: 'for HTTP, for messages of SQS and SNS, or for direct invocations',
      default: 'header',
    },
    wait: { type: 'flag', description: 'until the fault is in place, where the run has yet to put it there' },
    ...jsonOption,
  },
  run(input, context) {
    const wish = wishOf(input);
    const carrier = carrierOf(input);
    const { stdout, stderr } = context;
    return withRemote(input, context, async (remote) => {
      const run = await runUnderWay(remote, input.args[0] ?? '');
      const sign = (): Promise<Answered> => ask(remote, { inoculate: 'directive/1', run, ...wish });
      let answer = await sign();
      while (input.flag('wait') && answer.result === 'no-directive' && answer.notYet) {
        await remote.wait(betweenTriesMs, never);
        answer = await sign();
      }
      if (answer.result === 'unknown-run') throw unknownRun(remote, run);
      if (answer.result === 'no-directive')
        throw new FailureError(`Refused: ${answer.reason}`, { exitCode: exitCodes.refused });
      const { header, attribute, faults, expiresAt } = answer;
      if (input.flag('json')) {
        const told = { run, target: wish.target, header, attribute, faults, expiresAt };
        stdout.write(`${JSON.stringify(told, null, 2)}\n`);
        return exitCodes.held;
      }
      stdout.write(`${carrier(answer)}\n`);
      // Beside what goes into another command, for people.
      stderr.write(`${faults.join(', ')} on one request to ${wish.target}, until ${instant(expiresAt)}\n`);
      return exitCodes.held;
    });
  },
};

function wishOf(input: Input): Wish {
  const target = input.value('target');
  if (target === undefined)
    throw new UsageError('Which target is meant?', 'add --target NAME, with a name of the experiment');
  const faults = input.value('fault')?.split(',');
  const odd = faults?.find((id) => !/^f[1-9][0-9]?$/.test(id));
  if (odd !== undefined)
    throw new UsageError(
      `"${odd}" is no fault`,
      'faults are called by their places in the file: --fault f1,f2',
    );
  const seconds = Number(input.value('seconds'));
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 28)
    throw new UsageError(
      `"${input.value('seconds') ?? ''}" is no number of seconds from 1 to 28`,
      '--seconds 20',
    );
  return { target, seconds, ...(faults === undefined ? {} : { faults: [...new Set(faults)] }) };
}

function carrierOf(input: Input): (signed: Signed) => string {
  const name = input.value('as') ?? '';
  const carrier = Object.hasOwn(carriers, name) ? carriers[name] : undefined;
  if (carrier === undefined)
    throw new UsageError(
      `"${name}" is no way to carry a directive`,
      `--as ${Object.keys(carriers).join('|')}`,
    );
  return carrier;
}

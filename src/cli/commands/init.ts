import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { suggest } from '../../core/suggest.ts';
import { experimentSchema, faultSchemas } from '../../generated/catalogue.ts';
import type { FaultKind } from '../../generated/types.ts';
import { type Command, type Input, UsageError } from '../command.ts';
import { editorSchema } from '../editor-schema.ts';
import { exitCodes } from '../exit-codes.ts';
import { draftExperiment } from '../init/draft.ts';
import { outlineOf, type ServiceOutline } from '../init/service-outline.ts';
import { withYamlSchema } from '../init/settings.ts';
import { oneOf } from '../input/words.ts';
import { stageOf, stageOption } from '../stage-option.ts';

const schemaName = 'experiment-1.schema.json';
const settingsPath = '.vscode/settings.json';

interface FileToWrite {
  readonly path: string;
  readonly text: string;
  /** What happens where the file is there already, without --force. */
  readonly ifThere: 'refuse' | 'keep';
}

export const init: Command = {
  name: 'init',
  summary: 'Draft a first experiment for a function of a Serverless service',
  usage: '[FUNCTION]',
  arity: [0, 1],
  details: `Reads the service's serverless.yml and writes an experiment for one of its functions, with a JSON schema beside it for
completion in editors. Files that are there already stay as they are, unless --force is given.

  inoculate init checkout
  inoculate init checkout --kind dependency.latency --dir experiments`,
  options: {
    service: {
      type: 'value',
      placeholder: 'FILE',
      description: "the service's serverless.yml",
      default: 'serverless.yml',
    },
    kind: {
      type: 'value',
      placeholder: 'KIND',
      description: 'the kind of fault',
      default: 'dependency.error',
    },
    dir: {
      type: 'value',
      placeholder: 'DIR',
      description: 'where experiments are kept',
      default: 'experiments',
    },
    stage: stageOption,
    force: { type: 'flag', description: 'overwrite files that are there already' },
  },
  async run(input, { cwd, stdout }) {
    const kind = kindOf(input.value('kind') ?? 'dependency.error');
    const file = resolve(cwd, input.value('service') ?? 'serverless.yml');
    const outline = await outlineOf(file, stageOf(input), cwd);
    const functionKey = chooseFunction(input, outline);
    const { service } = outline;
    const draft = draftExperiment({ service, functionKey, kind, schemaPath: `./${schemaName}` });
    const dir = resolve(cwd, input.value('dir') ?? 'experiments');
    const experiment = resolve(dir, `${draft.name}.yaml`);
    const schema = resolve(dir, schemaName);
    const settings = resolve(cwd, settingsPath);
    const folder = relative(cwd, dir).split(sep).join(posix.sep);
    const patterns = [`${folder}/*.yaml`, `${folder}/*.yml`];
    const force = input.flag('force');
    const before = existsSync(settings) && force ? readFileSync(settings, 'utf8') : undefined;
    const files: FileToWrite[] = [
      { path: experiment, text: draft.text, ifThere: 'refuse' },
      { path: schema, text: schemaText(), ifThere: 'keep' },
      {
        path: settings,
        text: withYamlSchema(before, `./${folder}/${schemaName}`, patterns),
        ifThere: 'keep',
      },
    ];
    const name = (path: string): string => relative(cwd, path);
    const inTheWay = files.find(({ path, ifThere }) => ifThere === 'refuse' && !force && existsSync(path));
    if (inTheWay !== undefined) {
      throw new UsageError(
        `"${name(inTheWay.path)}" is there already`,
        'overwrite it with --force, or choose another --kind',
      );
    }
    for (const file of files) stdout.write(`${write(file, force)} ${name(file.path)}\n`);
    if (
      !force &&
      files.some(({ path }) => path === settings && readFileSync(path, 'utf8') !== files[2]?.text)
    ) {
      stdout.write(
        `  For completion in VS Code, add to it: "yaml.schemas": { "./${folder}/${schemaName}": ${JSON.stringify(patterns)} }\n`,
      );
    }
    stdout.write(`\nNext: put your own numbers in, then\n  inoculate validate ${name(experiment)}\n`);
    return exitCodes.held;
  },
};

function schemaText(): string {
  return `${JSON.stringify(editorSchema('experiment/1', experimentSchema), null, 2)}\n`;
}

function write({ path, text }: FileToWrite, force: boolean): 'wrote' | 'kept ' {
  if (existsSync(path) && !force) return 'kept ';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return 'wrote';
}

function kindOf(text: string): FaultKind {
  const kinds = Object.keys(faultSchemas).filter(isKind);
  if (isKind(text)) return text;
  const meant = suggest(text, kinds);
  throw new UsageError(
    `There is no kind of fault "${text}"`,
    meant === undefined ? oneOf(kinds) : `did you mean "${meant}"?`,
  );
}

function isKind(text: string): text is FaultKind {
  return Object.hasOwn(faultSchemas, text);
}

function chooseFunction(input: Input, { service, functions }: ServiceOutline): string {
  const [asked] = input.args;
  const [first, ...others] = functions;
  if (first === undefined) throw new UsageError(`The service "${service}" has no functions`);
  if (asked === undefined && others.length === 0) return first;
  if (asked === undefined)
    throw new UsageError('Which function?', `inoculate init FUNCTION, with ${oneOf(functions)}`);
  if (functions.includes(asked)) return asked;
  const meant = suggest(asked, functions);
  throw new UsageError(
    `The service "${service}" has no function "${asked}"`,
    meant === undefined ? oneOf(functions) : `did you mean "${meant}"?`,
  );
}

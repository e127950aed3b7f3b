import { isMapping } from '../../core/schema-branch.ts';
import { UsageError } from '../command.ts';

/** VS Code's settings with the schema for these files; everything else in them stays. `text` is undefined for a new file. */
export function withYamlSchema(text: string | undefined, schema: string, files: readonly string[]): string {
  const settings = text === undefined ? {} : parseSettings(text);
  const schemas = isMapping(settings['yaml.schemas']) ? settings['yaml.schemas'] : {};
  return `${JSON.stringify({ ...settings, 'yaml.schemas': { ...schemas, [schema]: files } }, null, 2)}\n`;
}

function parseSettings(text: string): Readonly<Record<string, unknown>> {
  try {
    const settings: unknown = JSON.parse(text);
    if (isMapping(settings)) return settings;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(
    '.vscode/settings.json is not plain JSON (comments?), so nothing can be added to it safely',
    'add "yaml.schemas" by hand, and leave out --force',
  );
}

import { editorSchema } from '../../src/cli/editor-schema.ts';
import { inlined, type Schemas } from './schemas.ts';

/** Self-contained schemas for editors: completion and hints while a file is written. */
export function generateEditorSchemas(schemas: Schemas): Map<string, string> {
  const published = (name: string): [string, string] => [
    `schemas/published/${name}-1.schema.json`,
    `${JSON.stringify(editorSchema(`${name}/1`, inlined(schemas.documents, `inoculate:${name}`)), null, 2)}\n`,
  ];
  return new Map(['experiment', 'workload', 'gameday', 'settings'].map(published));
}

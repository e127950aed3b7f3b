import { awsModels } from '../../generated/aws-models.ts';
import type { KnownService } from './resources.ts';

const tables = new Map<KnownService, ReadonlyMap<string, boolean>>();

/** Every operation of a service, and whether its requests can name a resource. */
export function operationsOf(service: KnownService): ReadonlyMap<string, boolean> {
  let table = tables.get(service);
  if (table === undefined) {
    table = new Map(awsModels[service].operations.split('\n').map((line) => readOperation(service, line)));
    tables.set(service, table);
  }
  return table;
}

function readOperation(service: KnownService, line: string): [name: string, namesResource: boolean] {
  const [text = '', , path = ''] = line.split(' ');
  const name = text.replace('*', '');
  switch (service) {
    case 's3':
      return [name, name !== 'ListBuckets'];
    case 'lambda':
      return [name, path.includes('{FunctionName}')];
    case 'ssm':
      return [name, text.endsWith('*') && name.includes('Parameter')];
    case 'events':
      // The entries of a partner go to a source, not to a bus.
      return [name, (text.endsWith('*') && name !== 'PutPartnerEvents') || name.endsWith('EventBus')];
    default:
      return [name, text.endsWith('*')];
  }
}

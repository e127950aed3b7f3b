/** Whether two names or ARNs of tables or functions mean the same. */
export function sameResource(service: string, a: string, b: string): boolean {
  if (a.startsWith('arn:') && b.startsWith('arn:')) return bareArn(service, a) === bareArn(service, b);
  return bareName(service, a) === bareName(service, b);
}

/** orders; arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/x → orders; 123456789012:function:f:live → f */
function bareName(service: string, name: string): string {
  if (service === 'dynamodb') return /:table\/([^/]+)/.exec(name)?.[1] ?? name;
  return /(?:^|:)function:([^:]+)/.exec(name)?.[1] ?? name.replace(/:.*$/, '');
}

/** An ARN without index, stream, version or alias. */
function bareArn(service: string, arn: string): string {
  return service === 'dynamodb'
    ? arn.replace(/(:table\/[^/]+).*$/, '$1')
    : arn.replace(/(:function:[^:]+).*$/, '$1');
}

/** The tables that a DynamoDB request names, single, in batches and in transactions. */
export function tablesOf(body: string): string[] {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return []; // not JSON: no table of it can be named in a fault
  }
  const names = [get(request, 'TableName')];
  const batch = get(request, 'RequestItems');
  if (typeof batch === 'object' && batch !== null) names.push(...Object.keys(batch));
  const transaction = get(request, 'TransactItems');
  if (Array.isArray(transaction)) {
    const items: unknown[] = transaction;
    for (const item of items) {
      if (typeof item !== 'object' || item === null) continue;
      for (const action of Object.values(item)) names.push(get(action, 'TableName'));
    }
  }
  return names.filter((name) => typeof name === 'string');
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

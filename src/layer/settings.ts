/** What the layer was told through the environment, read once per realm. Credentials are not among it: they rotate. */
export interface Settings {
  /** This function's name; doses for others are ignored. */
  readonly functionName: string;
  readonly region: string;
  /** The table with doses and telemetry; undefined with a fixed dose. */
  readonly table: string | undefined;
  /** Where DynamoDB answers. */
  readonly endpoint: string;
  /** A dose as JSON that replaces the store altogether. */
  readonly fixedDose: string | undefined;
  /** Several invocations may run at once in this process. */
  readonly concurrent: boolean;
}

/** The settings, or undefined where the layer is attached but not configured. */
export function readSettings(env: NodeJS.ProcessEnv): Settings | undefined {
  const table = env['INOCULATE_TABLE'] || undefined;
  const fixedDose = env['INOCULATE_DOSE'] || undefined;
  if (table === undefined && fixedDose === undefined) return undefined;
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || '';
  return {
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'] ?? '',
    region,
    table: fixedDose === undefined ? table : undefined,
    endpoint:
      env['INOCULATE_DYNAMODB_ENDPOINT'] ||
      env['AWS_ENDPOINT_URL_DYNAMODB'] ||
      env['AWS_ENDPOINT_URL'] ||
      `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
    fixedDose,
    concurrent: env['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined,
  };
}

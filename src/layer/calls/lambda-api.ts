/**
 * Method and path of Lambda's operations on functions, from the service's Smithy model as shipped in
 * @aws-sdk/client-lambda 3.1162.0 (dist-es/schemas/schemas_0.js); a test compares them with the installed model.
 */
export const lambdaOperations: Readonly<Record<string, string>> = {
  Invoke: 'POST /2015-03-31/functions/{FunctionName}/invocations',
  InvokeAsync: 'POST /2014-11-13/functions/{FunctionName}/invoke-async',
  InvokeWithResponseStream: 'POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations',
  CreateFunction: 'POST /2015-03-31/functions',
  DeleteFunction: 'DELETE /2015-03-31/functions/{FunctionName}',
  GetAlias: 'GET /2015-03-31/functions/{FunctionName}/aliases/{Name}',
  GetFunction: 'GET /2015-03-31/functions/{FunctionName}',
  GetFunctionConcurrency: 'GET /2019-09-30/functions/{FunctionName}/concurrency',
  GetFunctionConfiguration: 'GET /2015-03-31/functions/{FunctionName}/configuration',
  GetFunctionUrlConfig: 'GET /2021-10-31/functions/{FunctionName}/url',
  ListAliases: 'GET /2015-03-31/functions/{FunctionName}/aliases',
  ListFunctions: 'GET /2015-03-31/functions',
  ListVersionsByFunction: 'GET /2015-03-31/functions/{FunctionName}/versions',
  PublishVersion: 'POST /2015-03-31/functions/{FunctionName}/versions',
  PutFunctionConcurrency: 'PUT /2017-10-31/functions/{FunctionName}/concurrency',
  UpdateAlias: 'PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}',
  UpdateFunctionCode: 'PUT /2015-03-31/functions/{FunctionName}/code',
  UpdateFunctionConfiguration: 'PUT /2015-03-31/functions/{FunctionName}/configuration',
};

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
}

const routes: readonly Route[] = Object.entries(lambdaOperations).map(([operation, route]) => {
  const [method = '', template = ''] = route.split(' ');
  return { operation, method, path: new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}/?$`) };
});

/** The operation and the function that a request to Lambda's REST API names. */
export function lambdaRequest(
  method: string,
  path: string,
): { operation: string; functionName: string | undefined } | undefined {
  const [bare = ''] = path.split('?');
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(bare) : null;
    if (match !== null) {
      return {
        operation: route.operation,
        functionName: match[1] === undefined ? undefined : decodeURIComponent(match[1]),
      };
    }
  }
  return undefined;
}

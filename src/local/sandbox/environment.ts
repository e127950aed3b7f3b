import path from 'node:path';
import type { LocalFunction } from '../service/model.ts';
import type { Isolation } from '../types.ts';

export interface SandboxFolders {
  /** The code: /var/task. */
  readonly task: string;
  /** Packages that are not in the bundle: /var/task/node_modules. */
  readonly modules: string | undefined;
  /** The runtime client: /var/runtime. */
  readonly runtime: string;
  /** The layer: /opt. */
  readonly opt: string | undefined;
  /** Binary of Node. */
  readonly node: string;
  /** The sandbox's own /tmp; only without namespaces. */
  readonly temporary: string | undefined;
}

export interface SandboxCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface EnvironmentInput {
  readonly fn: LocalFunction;
  readonly region: string;
  readonly isolation: Isolation;
  readonly folders: SandboxFolders;
  /** `host:port` */
  readonly runtimeApi: string;
  readonly logStream: string;
  /** What the host adds for every function: endpoints, table. */
  readonly host: Readonly<Record<string, string>>;
  /** On top of serverless.yml, for this function. */
  readonly extra: Readonly<Record<string, string>>;
  readonly credentials: SandboxCredentials;
  /** An exec wrapper of the layer, as a path below /opt, that is put before the function's own. */
  readonly wrapper: string | undefined;
}

const wrapperVariable = 'AWS_LAMBDA_EXEC_WRAPPER';

/**
 * The variables of one sandbox. What Lambda reserves cannot be set by the function, as on AWS; the exec wrapper that it
 * set itself is run by the one that is put before it.
 */
export function environmentOf(input: EnvironmentInput): Record<string, string> {
  const { fn, host, extra, folders, isolation } = input;
  const own: Record<string, string> = { ...fn.environment, ...extra };
  const ownWrapper = own[wrapperVariable];
  const environment: Record<string, string> = {
    ...locale,
    ...pathsOf(isolation, folders),
    ...host,
    ...own,
    ...reservedOf(input),
  };
  if (input.wrapper !== undefined && folders.opt !== undefined) {
    const root = isolation === 'namespace' ? '/opt' : folders.opt;
    environment[wrapperVariable] = `${root}/${input.wrapper}`;
    if (ownWrapper !== undefined) environment['INOCULATE_EXEC_WRAPPER'] = ownWrapper;
  }
  return environment;
}

const locale = { LANG: 'en_US.UTF-8', TZ: ':UTC' };

function pathsOf(isolation: Isolation, folders: SandboxFolders): Record<string, string> {
  if (isolation === 'environment') {
    const { temporary, node } = folders;
    return {
      PATH: `${path.dirname(node)}:/usr/local/bin:/usr/bin:/bin`,
      ...(temporary === undefined ? {} : { TMPDIR: temporary }),
    };
  }
  return {
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    LD_LIBRARY_PATH:
      '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
  };
}

function reservedOf(input: EnvironmentInput): Record<string, string> {
  const { fn, region, isolation, folders, credentials } = input;
  const inside = isolation === 'namespace';
  return {
    _HANDLER: fn.handler,
    AWS_LAMBDA_RUNTIME_API: input.runtimeApi,
    LAMBDA_TASK_ROOT: inside ? '/var/task' : folders.task,
    LAMBDA_RUNTIME_DIR: inside ? '/var/runtime' : folders.runtime,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: fn.version ?? '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: input.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

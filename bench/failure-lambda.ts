import { createRequire, registerHooks } from 'node:module';
import type { Handler } from '../src/layer/load-handler.ts';

export const NAME = 'failure-lambda 0.4.4';

/**
 * failure-lambda wants the AWS SDK v2, which the runtime used to bring. One that is empty, or gives its configuration
 * without any network, is in its favour.
 */
export const NO_SDK = `exports.SSM = class {
  getParameter() { return { promise: async () => ({ Parameter: { Value: process.env.FAILURE_INJECTION_PARAM } }) }; }
};`;

/** What wraps a handler; its configuration is the JSON in FAILURE_INJECTION_PARAM. */
export function failureLambda(): (handler: Handler) => Handler {
  const hooks = registerHooks({
    resolve: (specifier, resolveContext, next) =>
      specifier === 'aws-sdk'
        ? {
            url: `data:text/javascript,${encodeURIComponent(NO_SDK)}`,
            format: 'commonjs',
            shortCircuit: true,
          }
        : next(specifier, resolveContext),
    load: (url, loadContext, next) =>
      url.startsWith('data:text/javascript,exports')
        ? { format: 'commonjs', source: NO_SDK, shortCircuit: true }
        : next(url, loadContext),
  });
  const wrap: unknown = createRequire(import.meta.url)('failure-lambda');
  hooks.deregister();
  if (typeof wrap !== 'function') throw new Error('failure-lambda does not export a function');
  return (handler) => {
    const wrapped: unknown = Reflect.apply(wrap, undefined, [handler]);
    if (!isHandler(wrapped)) throw new Error('failure-lambda does not return a function');
    return wrapped;
  };
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/** The runtimes that the layer is made and tested for. */
export const lambdaRuntimes = ['nodejs22.x', 'nodejs24.x'] as const;

export type LambdaRuntime = (typeof lambdaRuntimes)[number];

import { FisClient, GetExperimentTemplateCommand, ResourceNotFoundException } from '@aws-sdk/client-fis';
import type { ResolvedTarget, TargetResolver } from './module.ts';

/** An experiment template of AWS FIS by its id. */
export const fisTemplateResolver: TargetResolver = {
  async resolve(target, { aws, account, partition, region, signal }): Promise<ResolvedTarget | null> {
    if (!('fisTemplate' in target)) throw new Error(`Not a FIS template: ${JSON.stringify(target)}`);
    const id = target.fisTemplate;
    try {
      const { experimentTemplate } = await aws
        .get(FisClient)
        .send(new GetExperimentTemplateCommand({ id }), { abortSignal: signal });
      return {
        id,
        arn: `arn:${partition}:fis:${region}:${account}:experiment-template/${id}`,
        tags: experimentTemplate?.tags ?? {},
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  },
};

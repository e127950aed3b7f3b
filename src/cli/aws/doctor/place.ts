import type { Place } from '../../../iam/fill-in.ts';
import type { Remote } from '../remote.ts';

/** Where the controller is, all of it known. */
export type KnownPlace = Required<Place>;

export async function placeOf(remote: Remote): Promise<KnownPlace> {
  const [{ account, partition }, region] = await Promise.all([remote.caller(), remote.region()]);
  return { stage: remote.stage, account, partition, region };
}

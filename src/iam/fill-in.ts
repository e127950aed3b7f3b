import type { PolicyStatement } from './policy.ts';

/** Where a controller is deployed; what is left out stays a placeholder of CloudFormation. */
export interface Place {
  readonly stage: string;
  readonly partition?: string;
  readonly region?: string;
  readonly account?: string;
}

/** Replaces our placeholders and CloudFormation's by what is known, and the rest by CloudFormation's. */
export function fillIn(statements: readonly PolicyStatement[], place: Place): readonly PolicyStatement[] {
  const values: Readonly<Record<string, string>> = {
    stage: place.stage,
    partition: place.partition ?? '${AWS::Partition}',
    region: place.region ?? '${AWS::Region}',
    account: place.account ?? '${AWS::AccountId}',
  };
  const pseudo: Readonly<Record<string, string | undefined>> = {
    '${AWS::Partition}': values['partition'],
    '${AWS::Region}': values['region'],
    '${AWS::AccountId}': values['account'],
  };
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]));
    if (typeof value !== 'string') return value;
    return value
      .replaceAll(/\$\{AWS::\w+\}/g, (known) => pseudo[known] ?? known)
      .replaceAll(
        /(?<!\$)\{(stage|partition|region|account)\}/g,
        (known, name: string) => values[name] ?? known,
      );
  };
  return filled(statements) as readonly PolicyStatement[];
}

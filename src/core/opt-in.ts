/** A resource that carries this tag may be the target of an experiment. */
export const optInTag = { key: 'inoculate', value: 'allow' } as const;

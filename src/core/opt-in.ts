/** Only what carries this tag is ever changed. */
export const optInTag = { key: 'inoculate', value: 'allow' } as const;

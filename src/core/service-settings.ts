/** What may stand below `custom.inoculate` of a serverless.yml; `local` is for one machine, the rest for the plugin. */
export const settingNames = ['targets', 'controller', 'layerArn', 'local'] as const;

// Imports point inward. What a folder may import stands in these two tables; everything else is an error. Of the layer,
// which runs inside other people's functions, others may know the facts about its faults, and nothing of its workings.

const inner = ['core', 'stats', 'generated'];
const middle = ['aws', 'adapters', 'targets', 'faults', 'iam', 'signals', 'notifiers', 'triggers', 'report'];

/** For each folder of src: the other folders (or files) of src that it may import. */
const mayImport = {
  generated: [],
  stats: [],
  // What a path into an event looks like is the same for who writes it and who reads it.
  core: ['stats', 'generated', 'layer/event/path'],
  engine: inner,
  // How AWS is reached, and what a role must allow for it.
  aws: ['core/opt-in'],
  // How a target of a file becomes a resource of the account, with its tags.
  targets: ['aws', ...inner],
  // A policy follows from what each part says that it calls.
  iam: ['aws', 'faults', 'targets', ...inner],
  // What they read for signals is asked in the words of these.
  adapters: ['aws', 'registry', 'engine', ...inner, 'signals/probes'],
  // What signs a directive and what verifies it agree on its form.
  faults: ['aws', 'engine', ...inner, 'layer/faults', 'layer/directive/token'],
  signals: ['engine', ...inner],
  // Of reports they know where one lies.
  // Those who answer what was said to Slack speak to it as well, so that its client is an adapter.
  notifiers: [
    'aws',
    'engine',
    'report',
    'adapters/slack-api',
    'adapters/slack-http',
    'adapters/slack-webhook',
    ...inner,
  ],
  triggers: ['engine', ...inner],
  report: inner,
  // What a team's settings say: read from a file where people are, never in a function of the controller.
  settings: inner,
  // Where experiments are kept, and what starts them.
  registry: ['engine', ...inner],
  // Puts the parts together for the deployed functions.
  controller: [...middle, 'registry', 'engine', ...inner],
  // What people ask in Slack, and its answers.
  slack: ['controller', ...middle, 'registry', 'engine', ...inner],
  local: [...middle, 'engine', ...inner, 'layer/group'],
  cli: [
    'local',
    'settings',
    'controller',
    'registry',
    'simulation',
    ...middle,
    'engine',
    ...inner,
    'layer/faults',
    'layer/aws',
  ],
  layer: ['generated'],
  serverless: inner,
  // The layer in a test's own process, with faults as people write them.
  testing: ['layer', 'cli/input/explain', ...inner],
  // Runs the same engine and drivers over memory: `inoculate simulate` and the tests.
  simulation: ['adapters', 'faults', 'aws', 'engine', ...inner],
};

/** For each folder of src: what it may use of Node and of npm. A folder that is not listed may use both. */
const outside = {
  generated: { node: false, packages: [] },
  stats: { node: false, packages: [] },
  // Time zones: pure functions on instants that they are given.
  core: { node: false, packages: ['temporal-polyfill'] },
  engine: { node: false, packages: [] },
  signals: { node: false, packages: [] },
  simulation: { node: false, packages: [] },
  report: { node: true, packages: [] },
  settings: { node: true, packages: ['date-holidays', 'node-ical'] },
  triggers: { node: true, packages: [] },
  // They run inside other people's functions: every package would cost their cold starts.
  layer: { node: true, packages: [] },
  'local/inside': { node: true, packages: [] },
  // It is loaded into other people's deployments.
  serverless: { node: true, packages: [] },
  // It is loaded into other people's tests.
  testing: { node: true, packages: [] },
};

const folders = Object.entries(mayImport).map(([folder, others]) => ({
  name: `inward-${folder}`,
  comment: `src/${folder} may import ${['itself', ...others.map((other) => `src/${other}`)].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^(src|functions|test|scripts|bench|examples)/',
    pathNot: [folder, ...others].map((allowed) => `^src/${allowed}[/.]`),
  },
}));

const builtins = Object.entries(outside)
  .filter(([, { node }]) => !node)
  .map(([folder]) => ({
    name: `no-node-${folder}`,
    comment: `src/${folder} runs anywhere: it imports nothing of Node`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { dependencyTypes: ['core'] },
  }));

const packages = Object.entries(outside).map(([folder, { packages: allowed }]) => ({
  name: `no-packages-${folder.replace('/', '-')}`,
  comment: `npm packages that src/${folder} may import: ${allowed.join(', ') || 'none'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: 'node_modules/',
    ...(allowed.length > 0 && { pathNot: allowed.map((name) => `node_modules/${name}/`) }),
  },
}));

module.exports = {
  forbidden: [
    ...folders,
    ...builtins,
    ...packages,
    {
      name: 'inward-functions',
      comment: 'A function is a few lines over src; it needs neither the CLI nor the one-machine host',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^(src/(cli|local|layer|simulation)|test|scripts|bench|examples|functions/(?!$1/))/' },
    },
    {
      name: 'known-folder',
      comment: 'Every folder of src has its place in the tables of .dependency-cruiser.cjs',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(mayImport).join('|')})/` },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'No cycle between modules. Types that refer to each other are no cycle at run time',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'What is imported exists',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

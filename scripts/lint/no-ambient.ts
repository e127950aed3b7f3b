// A lint rule: the clock, the time zone and chance come in through ports, never from the surroundings.
import type { Rule, Scope } from 'eslint';
import type { Identifier, Node } from 'estree';

type Reference = Scope.Reference & { readonly isTypeReference?: boolean };
type Parent = Node & { readonly parent?: Node };

/** Ids that nothing is decided by: at the rim, they may come from anywhere. */
const ids = new Set(['randomUUID', 'randomBytes', 'getRandomValues', 'webcrypto']);

/** What an object may be asked for beside what depends on the surroundings; everything else of it is free. */
const ambientMembers: Readonly<Record<string, ReadonlySet<string>>> = {
  Math: new Set(['random']),
  process: new Set(['hrtime', 'uptime']),
  crypto: new Set(['randomUUID', 'getRandomValues']),
  Temporal: new Set(['Now']),
  performance: new Set(['now', 'timeOrigin', 'mark', 'measure']),
};

/** Timers are effects with a deadline of their own: pure code and the engine have none. */
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'scheduler'];

/** Named imports that bring in a clock or chance. */
const ambientImports: Readonly<Record<string, ReadonlySet<string>>> = {
  crypto: new Set([...ids, 'randomInt']),
  perf_hooks: new Set(['performance']),
};

/** Modules that ask the surroundings for the time, whatever is imported from them. */
const ambientModules =
  /^croner$|^temporal-polyfill$|^temporal-polyfill\/(?!fns\/)|^temporal-polyfill\/fns(\/Now)?$/;

const localTime = /^(get|set)(Hours|Minutes|Seconds|Day|Date|Month|FullYear|Year)$|^getTimezoneOffset$/;

/** `pure: true` refuses timers, random ids and the machine's time zone too. */
export const noAmbient: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { pure: { type: 'boolean' } }, additionalProperties: false }],
    messages: {
      ambient:
        '{{what}} depends on the surroundings. Take the time, or chance, from a port or an argument (the one place that may read it is a file named clock.ts or random.ts).',
      zone: '{{what}} answers in the time zone of the machine. Use the UTC method, or Intl.DateTimeFormat with a time zone.',
    },
  },
  create(context) {
    const options = context.options as readonly { readonly pure?: boolean }[];
    const pure = options[0]?.pure === true;
    const report = (node: Node, what: string): void =>
      context.report({ node, messageId: 'ambient', data: { what } });
    return {
      'Program:exit': (program) => {
        for (const reference of globalReferences(context.sourceCode.getScope(program))) {
          const { identifier } = reference;
          if (identifier.type !== 'Identifier') continue;
          const what = ambientUse(identifier, pure);
          if (what !== undefined) report(identifier, what);
        }
      },
      ImportDeclaration: (node) => {
        const module = String(node.source.value).replace(/^node:/, '');
        if (ambientModules.test(module)) report(node, module);
        const names = ambientImports[module];
        for (const specifier of node.specifiers) {
          if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier') continue;
          const { name } = specifier.imported;
          if (names?.has(name) === true && (pure || !ids.has(name))) report(specifier, name);
        }
      },
      MemberExpression: (node) => {
        if (!pure || node.property.type !== 'Identifier' || !localTime.test(node.property.name)) return;
        context.report({ node, messageId: 'zone', data: { what: `${node.property.name}()` } });
      },
    };
  },
};

/** Every use of a name that no module, import or parameter declares. */
function globalReferences(scope: Scope.Scope): Reference[] {
  const global = scope.type === 'global' ? scope : (scope.upper ?? scope);
  const declared = global.variables
    .filter((variable) => variable.defs.length === 0)
    .flatMap((variable) => variable.references);
  return [...new Set<Reference>([...global.through, ...declared])].filter(
    (reference) => reference.isTypeReference !== true,
  );
}

/** What is wrong with this use of a global, or undefined. */
function ambientUse(node: Identifier, pure: boolean): string | undefined {
  const { name } = node;
  const parent = (node as Parent).parent;
  if (name === 'Date') return dateUse(node, parent);
  if (pure && timers.includes(name)) return name;
  if (pure && ['globalThis', 'global', 'window', 'self'].includes(name)) return name;
  const members = ambientMembers[name];
  if (members === undefined) return undefined;
  const member = memberOf(node, parent);
  if (member === undefined) return name;
  if (!pure && ids.has(member)) return undefined;
  return members.has(member) ? `${name}.${member}` : undefined;
}

/** An instant may be written down and read (`new Date(at)`, `Date.UTC`, `Date.parse`), never asked for. */
function dateUse(node: Identifier, parent: Node | undefined): string | undefined {
  if (parent?.type === 'NewExpression' && parent.callee === node) {
    const [first] = parent.arguments;
    if (first === undefined) return 'new Date()';
    if (first.type === 'SpreadElement' || parent.arguments.length > 1)
      return 'new Date(…) with several arguments';
    return undefined;
  }
  if (parent?.type === 'BinaryExpression' && parent.operator === 'instanceof') return undefined;
  const member = memberOf(node, parent);
  if (member === 'UTC' || member === 'parse') return undefined;
  return member === undefined ? 'Date' : `Date.${member}`;
}

function memberOf(node: Identifier, parent: Node | undefined): string | undefined {
  if (parent?.type !== 'MemberExpression' || parent.object !== node) return undefined;
  if (!parent.computed && parent.property.type === 'Identifier') return parent.property.name;
  return parent.property.type === 'Literal' ? String(parent.property.value) : undefined;
}

import type { Element } from '../../support/xml.ts';

type Check = (value: string) => boolean;

interface Rule {
  /** By name, whether it is needed, and what it may hold. */
  readonly attributes: Readonly<Record<string, readonly ['required' | 'optional', Check]>>;
  /** In this order: name, how often at least and at most. */
  readonly children: readonly (readonly [names: readonly string[], min: number, max: number])[];
  readonly text: boolean;
}

const any: Check = () => true;
/** xs:token: no line breaks, no space at the ends, none twice. */
const token: Check = (value) => /^(\S+( \S+)*)?$/.test(value) && !/[\t\n\r]/.test(value);
const filled: Check = (value) => token(value) && value !== '';
const int: Check = (value) => /^-?\d+$/.test(value);
const decimal: Check = (value) => /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(value);
const dateTime: Check = (value) =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(value) && !Number.isNaN(Date.parse(`${value}Z`));

const outcome: Rule = {
  attributes: { message: ['optional', any], type: ['required', any] },
  children: [],
  text: true,
};

/**
 * The rules of JUnit.xsd for Apache Ant's JUnit and JUnitReport tasks (windyroad/JUnit-Schema on GitHub), the strictest of
 * the schemas in use. What holds here holds for Jenkins' junit-10.xsd as well.
 */
const rules: Readonly<Record<string, Rule>> = {
  testsuites: { attributes: {}, children: [[['testsuite'], 0, Infinity]], text: false },
  testsuite: {
    attributes: {
      package: ['required', token],
      id: ['required', int],
      name: ['required', filled],
      timestamp: ['required', dateTime],
      hostname: ['required', filled],
      tests: ['required', int],
      failures: ['required', int],
      errors: ['required', int],
      skipped: ['optional', int],
      time: ['required', decimal],
    },
    children: [
      [['properties'], 1, 1],
      [['testcase'], 0, Infinity],
      [['system-out'], 1, 1],
      [['system-err'], 1, 1],
    ],
    text: false,
  },
  properties: { attributes: {}, children: [[['property'], 0, Infinity]], text: false },
  property: {
    attributes: { name: ['required', filled], value: ['required', any] },
    children: [],
    text: false,
  },
  testcase: {
    attributes: { name: ['required', token], classname: ['required', token], time: ['required', decimal] },
    children: [[['skipped', 'error', 'failure'], 0, 1]],
    text: false,
  },
  failure: outcome,
  error: outcome,
  // xs:anyType
  skipped: { attributes: { message: ['optional', any] }, children: [], text: true },
  'system-out': { attributes: {}, children: [], text: true },
  'system-err': { attributes: {}, children: [], text: true },
};

/** What of the document breaks the schema; empty where nothing does. */
export function breaches(element: Element, path = element.name): string[] {
  const rule = rules[element.name];
  if (rule === undefined) return [`${path}: no such element`];
  const { attributes, children } = element;
  const found: string[] = [];
  for (const name of Object.keys(attributes))
    if (!Object.hasOwn(rule.attributes, name)) found.push(`${path}: no attribute ${name}`);
  for (const [name, [use, check]] of Object.entries(rule.attributes)) {
    const value = attributes[name];
    if (value === undefined ? use === 'required' : !check(value))
      found.push(`${path}/@${name}: ${JSON.stringify(value)}`);
  }
  let at = 0;
  for (const [names, min, max] of rule.children) {
    let count = 0;
    while (count < max && names.includes(children[at]?.name ?? '')) {
      at += 1;
      count += 1;
    }
    if (count < min) found.push(`${path}: ${count} of ${names.join('|')}`);
  }
  if (at < children.length) found.push(`${path}: ${children[at]?.name} is out of order`);
  if (!rule.text && element.text.trim() !== '') found.push(`${path}: text`);
  return [
    ...found,
    ...children.flatMap((child, index) => breaches(child, `${path}/${child.name}[${index}]`)),
  ];
}

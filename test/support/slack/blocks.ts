/**
 * What Slack takes as the blocks of a message, as its reference has it:
 * https://docs.slack.dev/reference/block-kit/blocks (50 blocks in a message; section text 3000, 10 fields of 2000; header
 * 150; 25 elements in actions, 10 in context; block_id 255, unique in the message; image address 3000, alternative text
 * 2000), …/block-elements/button-element (text 75, value 2000, url 3000, action_id 255, unique in its block),
 * …/composition-objects/text-object (1 to 3000) and …/confirmation-dialog-object (title 100, text 300, confirm and deny
 * 30). The same figures stand in the types of `@slack/types`. Answers are worded as Slack words them.
 */
type Node = Readonly<Record<string, unknown>>;
type Check = (value: unknown, at: string) => readonly string[];

export const limits = {
  blocks: 50,
  blockId: 255,
  actionId: 255,
  sectionText: 3_000,
  fields: 10,
  fieldText: 2_000,
  header: 150,
  actions: 25,
  context: 10,
  text: 3_000,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  altText: 2_000,
  markdown: 12_000,
} as const;

/** What is wrong with them; empty where Slack would take them. */
export function blockProblems(blocks: unknown): readonly string[] {
  if (!Array.isArray(blocks)) return ['must be an array [json-pointer:/blocks]'];
  const found: readonly unknown[] = blocks;
  return [
    ...(found.length > limits.blocks
      ? [`no more than ${limits.blocks} items allowed [json-pointer:/blocks]`]
      : []),
    ...found.flatMap((block, i) => blockProblemsOf(block, `/blocks/${i}`)),
    ...duplicates(found, 'block_id').map((id) => `duplicate block_id ${id} [json-pointer:/blocks]`),
  ];
}

function blockProblemsOf(block: unknown, at: string): readonly string[] {
  if (!isNode(block)) return [`must be an object [json-pointer:${at}]`];
  const type = block['type'];
  const shape = typeof type === 'string' && Object.hasOwn(blockShapes, type) ? blockShapes[type] : undefined;
  if (shape === undefined) return [`unsupported type: ${String(type)} [json-pointer:${at}/type]`];
  const own = shapeProblems(block, { ...shape, block_id: optional(chars(1, limits.blockId)) }, at);
  const empty =
    type === 'section' && block['text'] === undefined && block['fields'] === undefined
      ? [`missing required field: text [json-pointer:${at}]`]
      : [];
  return [...own, ...empty];
}

interface Field {
  readonly required: boolean;
  readonly check: Check;
}

const required = (check: Check): Field => ({ required: true, check });
const optional = (check: Check): Field => ({ required: false, check });

function chars(least: number, most: number): Check {
  return (value, at) => {
    if (typeof value !== 'string') return [`must be a string [json-pointer:${at}]`];
    if (value.length < least) return [`must be more than ${least - 1} characters [json-pointer:${at}]`];
    return value.length > most ? [`must be less than ${most + 1} characters [json-pointer:${at}]`] : [];
  };
}

const flag: Check = (value, at) =>
  typeof value === 'boolean' ? [] : [`must be a boolean [json-pointer:${at}]`];

function oneOf(...values: readonly string[]): Check {
  return (value, at) =>
    values.includes(String(value)) ? [] : [`must be one of ${values.join(', ')} [json-pointer:${at}]`];
}

function address(most: number): Check {
  return (value, at) => {
    const long = chars(1, most)(value, at);
    if (long.length > 0) return long;
    return URL.canParse(String(value)) && /^https?:/.test(String(value))
      ? []
      : [`invalid url [json-pointer:${at}]`];
  };
}

function text(most: number, ...types: readonly ('plain_text' | 'mrkdwn')[]): Check {
  return (value, at) => {
    if (!isNode(value)) return [`must be an object [json-pointer:${at}]`];
    const type = value['type'];
    if (type !== 'plain_text' && type !== 'mrkdwn')
      return [`unsupported type: ${String(type)} [json-pointer:${at}/type]`];
    if (!types.includes(type)) return [`must be ${types.join(' or ')} [json-pointer:${at}/type]`];
    const own = type === 'plain_text' ? { emoji: optional(flag) } : { verbatim: optional(flag) };
    return shapeProblems(value, { text: required(chars(1, most)), ...own }, at);
  };
}

const confirmation: Check = (value, at) =>
  isNode(value)
    ? shapeProblems(
        value,
        {
          title: required(text(100, 'plain_text')),
          text: required(text(300, 'plain_text', 'mrkdwn')),
          confirm: required(text(30, 'plain_text')),
          deny: required(text(30, 'plain_text')),
          style: optional(oneOf('primary', 'danger')),
        },
        at,
        false,
      )
    : [`must be an object [json-pointer:${at}]`];

const imageShape = {
  image_url: required(address(limits.url)),
  alt_text: required(chars(1, limits.altText)),
};

const elementShapes: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  button: {
    text: required(text(limits.buttonText, 'plain_text')),
    action_id: optional(chars(1, limits.actionId)),
    value: optional(chars(1, limits.buttonValue)),
    url: optional(address(limits.url)),
    style: optional(oneOf('primary', 'danger')),
    confirm: optional(confirmation),
    accessibility_label: optional(chars(1, 75)),
  },
  image: imageShape,
};

function element(...types: readonly string[]): Check {
  return (value, at) => {
    if (!isNode(value)) return [`must be an object [json-pointer:${at}]`];
    const type = String(value['type']);
    if (!types.includes(type)) return [`unsupported type: ${type} [json-pointer:${at}/type]`];
    if (type === 'plain_text' || type === 'mrkdwn') return text(limits.text, type)(value, at);
    return shapeProblems(value, elementShapes[type] ?? {}, at);
  };
}

function list(least: number, most: number, check: Check, uniqueBy?: string): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return [`must be an array [json-pointer:${at}]`];
    const items: readonly unknown[] = value;
    return [
      ...(items.length < least ? [`no less than ${least} items allowed [json-pointer:${at}]`] : []),
      ...(items.length > most ? [`no more than ${most} items allowed [json-pointer:${at}]`] : []),
      ...items.flatMap((item, i) => check(item, `${at}/${i}`)),
      ...(uniqueBy === undefined
        ? []
        : duplicates(items, uniqueBy).map((id) => `duplicate ${uniqueBy} ${id} [json-pointer:${at}]`)),
    ];
  };
}

/** The blocks that a message of ours could be made of. Slack knows more: what is not here is refused, and is added here first. */
const blockShapes: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  section: {
    text: optional(text(limits.sectionText, 'plain_text', 'mrkdwn')),
    fields: optional(list(1, limits.fields, text(limits.fieldText, 'plain_text', 'mrkdwn'))),
    accessory: optional(element('button', 'image')),
    expand: optional(flag),
  },
  header: { text: required(text(limits.header, 'plain_text')) },
  context: { elements: required(list(1, limits.context, element('image', 'plain_text', 'mrkdwn'))) },
  actions: { elements: required(list(1, limits.actions, element('button'), 'action_id')) },
  divider: {},
  image: { ...imageShape, title: optional(text(2_000, 'plain_text')) },
  markdown: { text: required(chars(1, limits.markdown)) },
};

function shapeProblems(
  node: Node,
  shape: Readonly<Record<string, Field>>,
  at: string,
  typed = true,
): readonly string[] {
  return [
    ...Object.entries(shape).flatMap(([name, field]) => {
      const value = node[name];
      if (value === undefined)
        return field.required ? [`missing required field: ${name} [json-pointer:${at}]`] : [];
      return field.check(value, `${at}/${name}`);
    }),
    ...Object.keys(node)
      .filter((name) => !(typed && name === 'type') && !Object.hasOwn(shape, name))
      .map((name) => `invalid additional property: ${name} [json-pointer:${at}]`),
  ];
}

function duplicates(items: readonly unknown[], property: string): readonly string[] {
  const ids = items.flatMap((item) =>
    isNode(item) && typeof item[property] === 'string' ? [item[property]] : [],
  );
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

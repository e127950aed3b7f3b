/** An element of a document, with its text where it has no elements. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Production 2 of XML 1.0: everything else is no character of a document, however it is written. */
const noCharacter = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const token = /<\?xml[^?]*\?>\s*|<\/([\w-]+)\s*>|<([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** Reads a document without DTD, CDATA and comments. Throws where it is not well-formed. */
export function readXml(source: string): Element {
  if (noCharacter.test(source)) throw new Error('The document holds what is no character in XML');
  const root: Element & { children: Element[] } = { name: '', attributes: {}, children: [], text: '' };
  const open: { name: string; attributes: Record<string, string>; children: Element[]; text: string }[] = [
    root,
  ];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    const top = open.at(-1);
    if (match === null || top === undefined) throw new Error(`Not XML: ${source.slice(at, at + 40)}`);
    const [, closed, name, attributes = '', alone, text] = match;
    if (closed !== undefined) {
      if (top.name !== closed) throw new Error(`</${closed}> closes <${top.name}>`);
      open.pop();
    } else if (name !== undefined) {
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      top.children.push(element);
      if (alone !== '/') open.push(element);
    } else if (text !== undefined) top.text += decoded(text);
  }
  const [only] = root.children;
  if (open.length !== 1 || only === undefined || root.children.length !== 1 || root.text.trim() !== '')
    throw new Error('A document is one element, which is closed');
  return only;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"<]*)"/g)) {
    if (Object.hasOwn(found, name)) throw new Error(`Attribute ${name} twice`);
    found[name] = decoded(value);
  }
  return found;
}

function decoded(text: string): string {
  return text.replaceAll(/&([^;]*;?)/g, (reference, name: string) => {
    const character = entities[name.replace(/;$/, '')];
    if (!name.endsWith(';') || character === undefined) throw new Error(`Unknown reference ${reference}`);
    return character;
  });
}

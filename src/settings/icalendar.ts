// The text of an iCalendar file (RFC 5545) as its events, strictly: what is not understood is told, never passed over,
// since it may be what somebody wanted to keep free of faults.

export interface ContentLine {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** In capitals. */
  readonly name: string;
  /** Names in capitals, values without quotes. */
  readonly params: ReadonlyMap<string, string>;
  readonly value: string;
}

/** The properties of one VEVENT, those of its alarms left out. */
export interface CalendarEvent {
  readonly line: number;
  readonly properties: readonly ContentLine[];
}

/** What is wrong with a calendar, and in which line. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
  readonly code = 'bad-calendar';
  readonly line: number;
  readonly expected: string;

  constructor(line: number, message: string, expected: string) {
    super(message);
    this.line = line;
    this.expected = expected;
  }
}

const propertyLine =
  /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:]*))*)*):(.*)$/s;
const parameter = /;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:]*))*)/g;

/** The events of a calendar, in its order. */
export function eventsOf(text: string): readonly CalendarEvent[] {
  const lines = contentLines(text);
  const [first] = lines;
  if (first?.name !== 'BEGIN' || first.value.toUpperCase() !== 'VCALENDAR')
    throw new CalendarError(
      first?.line ?? 1,
      'this is no iCalendar file',
      'it begins with BEGIN:VCALENDAR, as calendars export it',
    );
  const events: CalendarEvent[] = [];
  const open: string[] = [];
  let event: ContentLine[] = [];
  for (const one of lines) {
    const component = one.value.toUpperCase();
    if (one.name === 'BEGIN') {
      open.push(component);
      if (component === 'VEVENT') event = [];
    } else if (one.name === 'END') {
      if (open.pop() !== component)
        throw new CalendarError(
          one.line,
          `END:${component} ends what has not begun`,
          'the file as it was exported',
        );
      if (component === 'VEVENT') events.push({ line: event[0]?.line ?? one.line, properties: event });
    } else if (open.at(-1) === 'VEVENT') event.push(one);
  }
  const [unfinished] = open;
  if (unfinished !== undefined)
    throw new CalendarError(
      lines.at(-1)?.line ?? 1,
      `the file ends before END:${unfinished}`,
      'the whole file, as it was exported',
    );
  return events;
}

/** A line that begins with a space, or a tab, goes on with the line before it. */
function contentLines(text: string): readonly ContentLine[] {
  const unfolded: { line: number; text: string }[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const before = unfolded.at(-1);
    if (/^[ \t]/.test(line) && before !== undefined) before.text += line.slice(1);
    else if (line.trim() !== '') unfolded.push({ line: index + 1, text: line });
  }
  return unfolded.map(({ line, text: whole }) => contentLine(line, whole));
}

function contentLine(line: number, text: string): ContentLine {
  const [, name, params = '', value] = propertyLine.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new CalendarError(
      line,
      `${JSON.stringify(text.slice(0, 60))} is no line of an iCalendar file`,
      'NAME:value, as calendars export it',
    );
  return {
    line,
    name: name.toUpperCase(),
    params: new Map(
      [...params.matchAll(parameter)].map(([, key = '', given = '']) => [
        key.toUpperCase(),
        given.replaceAll('"', ''),
      ]),
    ),
    value: value.trim(),
  };
}

/** Text as people wrote it, on one line. */
export function plainText(value: string): string {
  return value
    .replaceAll(/\\[nN]/g, ' ')
    .replaceAll(/\\([,;\\])/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

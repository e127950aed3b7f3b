import { createRequire } from 'node:module';
import type Holidays from 'date-holidays';
import { type Day, formatDate, parseDate, partsOf } from '../core/calendar/dates.ts';
import type { Closed } from '../core/guardrails.ts';
import { listing, type Path, type Problem, show } from '../core/problem.ts';
import { suggest } from '../core/suggest.ts';
import type { Settings } from '../generated/types.ts';
import { dayAt } from './moments.ts';

const name = 'date-holidays';
/** Whoever wants holidays installs it: its data have a licence of their own, and its size. */
const require = createRequire(import.meta.url);

export type HolidayEntry = NonNullable<Settings['holidays']>[number];

/** The holidays of a country, or a part of it, from one day to another: whole days, on the country's own clocks. */
export function closedByHolidays(entry: HolidayEntry, firstDay: Day, lastDay: Day): readonly Closed[] {
  const holidays = open(entry);
  const types: ReadonlySet<string> = new Set(entry.types ?? ['public']);
  const timezone = holidays.getTimezones()[0] ?? 'UTC';
  const from = partsOf(firstDay).year - 1;
  const years = Array.from({ length: partsOf(lastDay).year - from + 1 }, (_, index) => from + index);
  return (
    years
      .flatMap((year) => holidays.getHolidays(year))
      // What makes up for a public holiday on a weekend is called a bank's here and there.
      .filter(({ type, substitute }) => types.has(type === 'bank' && substitute === true ? 'public' : type))
      .flatMap(({ date, start, end, name }): readonly Closed[] => {
        const reason = `${name} (${placeName(entry)})`.slice(0, 200);
        const day = parseDate(date.slice(0, 10));
        if (day === undefined) throw new Error(`date-holidays has a holiday on ${date}`);
        const last = Math.max(day, dayAt(end.getTime() - 1, timezone));
        if (last < firstDay || day > lastDay) return [];
        const whole = { reason, firstDate: formatDate(day), lastDate: formatDate(last), timezone };
        // Some begin on the evening before.
        const eve = dayAt(start.getTime(), timezone) < day;
        return eve ? [{ reason, from: start.getTime(), to: end.getTime() }, whole] : [whole];
      })
  );
}

function placeName({ country, region }: HolidayEntry): string {
  return region === undefined ? country : `${country}-${region}`;
}

function open({ country, region }: HolidayEntry): Holidays {
  const Library = library();
  if (Library === undefined) throw new Error(`The package ${name} is not installed`);
  const [state, part] = region?.split('-') ?? [];
  if (state === undefined) return new Library(country);
  return part === undefined ? new Library(country, state) : new Library(country, state, part);
}

/** Undefined where it is not installed. */
function library(): typeof Holidays | undefined {
  try {
    return require(name) as typeof Holidays;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Countries and regions of which the library knows nothing: it would take them for the whole country, or for none. */
export function findHolidayProblems(entries: unknown, path: Path): readonly Problem[] {
  if (!Array.isArray(entries) || entries.length === 0) return [];
  const Library = library();
  if (Library === undefined)
    return [
      {
        path,
        code: 'holidays-not-installed',
        message: `Holidays come from the package ${name}, which is not installed here`,
        found: 'nothing',
        expected: `npm install --save-dev ${name}`,
      },
    ];
  const all = new Library();
  return entries.flatMap((entry: unknown, index) => {
    if (typeof entry !== 'object' || entry === null || !('country' in entry)) return [];
    const { country } = entry;
    const region: unknown = 'region' in entry ? entry.region : undefined;
    if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country)) return [];
    const place = [...path, index];
    const countries = all.getCountries('en');
    if (!Object.hasOwn(countries, country))
      return [unknown('country', country, [...place, 'country'], countries, 'the world')];
    if (typeof region !== 'string') return [];
    const [state = '', part] = region.split('-');
    const states = known(all.getStates(country, 'en'));
    if (!Object.hasOwn(states, state))
      return [unknown('region', region, [...place, 'region'], states, country)];
    if (part === undefined) return [];
    const parts = known(all.getRegions(country, state, 'en'));
    return Object.hasOwn(parts, part)
      ? []
      : [unknown('region', region, [...place, 'region'], parts, `${country}-${state}`, `${state}-`)];
  });
}

type Names = Readonly<Record<string, string>>;

/** The library gives nothing at all where there are none. */
function known(names: Names | undefined): Names {
  return names ?? {};
}

function unknown(
  what: string,
  found: string,
  path: Path,
  names: Names,
  within: string,
  prefix = '',
): Problem {
  const codes = Object.keys(names);
  // Two letters are part of too many names.
  const byName = found.length < 4 ? undefined : suggest(found, Object.values(names));
  const meant =
    (what === 'country' && found === 'UK' ? 'GB' : undefined) ??
    Object.entries(names).find(([, name]) => name === byName)?.[0] ??
    codes.find((code) => found.toUpperCase() === `${within}-${code}` || found.toUpperCase() === code);
  const listed = codes.slice(0, 20).map((code) => `${prefix}${code}`);
  const more = codes.length > listed.length ? ', …' : '';
  return {
    path,
    code: `unknown-${what}`,
    message: `No holidays are known of a ${what} ${show(found)}${what === 'region' ? ` of ${within}` : ''}`,
    found,
    expected:
      meant !== undefined
        ? `did you mean "${prefix}${meant}"?`
        : codes.length === 0
          ? `no region: ${within} has none here`
          : what === 'country'
            ? 'two letters of ISO 3166, such as DE, US or JP'
            : `one of ${listing(listed, 'or')}${more}`,
  };
}

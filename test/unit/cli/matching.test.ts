import { describe, expect, it } from '@jest/globals';
import { placesOf, problemsOf, withLines } from './support.ts';

/** The fault on checkout with one more line, which is line 18 of the file; the signals are those of the valid file. */
function withLine(line: string): string {
  return withLines({ 17: ['    rate: 50%', `    ${line}`] });
}

describe('whom a fault is for', () => {
  it.each([
    'match: [{ path: detail.amount, atLeast: 10, below: 100 }]',
    'match: [{ path: "requestContext[\\"http.method\\"]", oneOf: [GET, PUT] }]',
    'match: [{ path: "Records[*].body.type", equals: order }, { path: headers.x-canary, exists: true }]',
    'match: [{ path: amount, atLeast: 5, atMost: 5 }]',
    'match: [{ path: gift, equals: null }]',
    'budget: 5',
    'stickyBy: body.customer.id',
  ])('is said by %s', (line) => {
    expect(problemsOf(withLine(line))).toEqual([]);
  });

  it.each([
    ['match: [{ path: "detail..amount", exists: true }]', '18:21 malformed-path'],
    ['match: [{ path: "Records.*", exists: true }]', '18:21 malformed-path'],
    ['match: [{ path: a, atLeast: 10, below: 10 }]', '18:44 empty-range'],
    ['match: [{ path: a, above: 10, atMost: 2 }]', '18:43 empty-range'],
    ['match: [{ path: a, exists: false, equals: x }]', '18:39 never-matches'],
    ['stickyBy: "body.customer."', '18:15 malformed-path'],
    ['stickyBy: "Records[*].id"', '18:15 several-values'],
  ])('%s is refused at its place', (line, place) => {
    expect(placesOf(withLine(line))).toEqual([place]);
  });

  it('says what would be right', () => {
    const [range] = problemsOf(withLine('match: [{ path: a, atLeast: 10, below: 10 }]'));
    expect(range).toMatchObject({
      message: 'No number is both at least 10 and below 10',
      help: 'more than 10',
    });
    const [path] = problemsOf(withLine('match: [{ path: "Records.*", exists: true }]'));
    expect(path).toMatchObject({
      message: 'This is no path into an event: a * stands alone (at character 8)',
      help: '[*] for every record of a list',
    });
  });

  it('lets sandboxes stop by themselves only where some would look', () => {
    const breaker = { 23: 'abort: { failuresPerSandbox: 5 }' };
    expect(placesOf(withLines(breaker))).toEqual([]);
    const paused = ['  - { kind: lambda.throttle, target: checkout, concurrency: 0, acceptsDataLoss: true }'];
    const none = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [index + 12, []]));
    const elsewhere = withLines({ ...none, 9: [], 11: paused, 21: [], ...breaker });
    expect(problemsOf(elsewhere).map(({ code }) => code)).toContain('breaker-without-groups');
  });

  it('wants one stickyBy for all faults of a target', () => {
    const other = (line: readonly string[]): string =>
      withLines({
        17: [
          '    rate: 50%',
          '    stickyBy: body.id',
          '  - kind: invocation.error',
          '    target: checkout',
          ...line,
        ],
      });
    expect(placesOf(other(['    stickyBy: body.id']))).toEqual([]);
    expect(placesOf(other(['    stickyBy: body.user']))).toEqual(['21:15 different-sticky-by']);
    expect(placesOf(other([]))).toEqual(['19:5 different-sticky-by']);
  });

  it.each([
    ['noWorseThan: +0.5 points', '8:59 relative-with-sticky-by'],
    ['atMost: 1%, noWorseThan: +0.5 points', '8:71 relative-with-sticky-by'],
    [null, '8:5 relative-with-sticky-by'],
  ])('compares nothing that sticks: %s', (tolerance, place) => {
    const signal = `  - { name: failures, signal: failures, target: checkout${tolerance === null ? '' : `, ${tolerance}`} }`;
    const text = withLines({ 8: signal, 17: ['    rate: 50%', '    stickyBy: body.id'] });
    expect(placesOf(text)).toEqual([place]);
  });
});

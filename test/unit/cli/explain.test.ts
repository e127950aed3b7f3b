import { problemsOf, withLines } from './support.ts';

interface Case {
  readonly name: string;
  readonly changes: Readonly<Record<number, string | readonly string[]>>;
  /** `path code`, `message`, `help` */
  readonly told: readonly (readonly [place: string, message: RegExp, help: RegExp])[];
}

const cases: readonly Case[] = [
  {
    name: 'a missing property',
    changes: { 22: [] },
    told: [[' missing', /"duration" is missing at the top level/, /add duration: a length of time/]],
  },
  {
    name: 'a misspelt property is not missing as well, and its value is checked',
    changes: { 22: 'duratoin: 600' },
    told: [
      ['duratoin unknown-property', /no property "duratoin"/, /did you mean "duration"/],
      ['duratoin unit-missing', /600 of what/, /600s or 10m/],
    ],
  },
  {
    name: 'a misspelt discriminator',
    changes: { 11: '  - knd: dependency.error' },
    told: [['faults[0].knd unknown-property', /no property "knd"/, /did you mean "kind"/]],
  },
  {
    name: 'no kind at all',
    changes: { 18: '  - title: slow' },
    told: [['faults[1] missing', /"kind" is missing in "faults"/, /one of .*"dependency\.error"/]],
  },
  {
    name: 'a kind that is like no other',
    changes: { 18: '  - kind: volcano' },
    told: [['faults[1].kind unknown-kind', /no kind "volcano"/, /one of .*"dependency\.error", /]],
  },
  {
    name: 'neither service nor host',
    changes: { 13: [], 14: [], 15: [], 16: [] },
    told: [
      [
        'faults[0] missing',
        /None of "service", "error", "host" and "status"/,
        /either "service" and "error", or "host" and "status"/,
      ],
    ],
  },
  {
    name: 'half an address',
    changes: { 16: [] },
    told: [['faults[0] missing', /"service" needs "error" beside it/, /add "error"/]],
  },
  {
    name: 'two addresses',
    changes: { 17: ['    host: example.com', '    status: 503'] },
    told: [
      [
        'faults[0].host one-of',
        /"service", "error", "host" and "status" cannot stand together/,
        /either .* not both/,
      ],
    ],
  },
  {
    name: 'half of another address',
    changes: { 17: '    status: 503' },
    told: [['faults[0].status one-of', /cannot stand together/, /either/]],
  },
  {
    name: 'a property that goes with one that is not here',
    changes: { 13: '    host: example.com', 16: '    status: 503', 15: [] },
    told: [['faults[0].operations one-of', /"operations" goes with "service"/, /take out "operations"/]],
  },
  {
    name: 'a signal without any quantile',
    changes: { 9: '  - { name: latency, signal: latency, target: checkout }' },
    told: [['steadyState[1] missing', /None of "p50", "p95" and "p99"/, /at least one of/]],
  },
  {
    name: 'a target that is only a name',
    changes: { 6: '  payment: shop-payment' },
    told: [
      [
        'targets.payment wrong-type',
        /must be \{ lambda: … \}, or \{ service: …, function: … \}/,
        /write \{ lambda: "shop-payment" \}/,
      ],
    ],
  },
  {
    name: 'a target of both forms',
    changes: { 6: '  payment: { lambda: a, service: b, function: c }' },
    told: [['targets.payment one-of', /mixes two forms/, /either \{ lambda: … \} or/]],
  },
  {
    name: 'half a target',
    changes: { 6: '  payment: { service: shop }' },
    told: [['targets.payment missing', /"function" is missing/, /add function/]],
  },
  {
    name: 'a delay of no form',
    changes: { 20: '    delay: { mean: 1s }' },
    told: [
      [
        'faults[1].delay one-of',
        /is not a length of time/,
        /either \{ min: …, max: … \} or \{ p50: …, p99: … \}/,
      ],
    ],
  },
  {
    name: 'a delay in words',
    changes: { 20: '    delay: 3 seconds' },
    told: [['faults[1].delay not-a-quantity', /"3 seconds" is not a length of time/, /write 3s/]],
  },
  {
    name: 'a share in words',
    changes: { 21: 'exposure: 10 percent' },
    told: [['exposure not-a-quantity', /is not a share/, /write 10%/]],
  },
  {
    name: 'a share beyond its bounds',
    changes: { 17: '    rate: 0%' },
    told: [['faults[0].rate out-of-bounds', /0% is too small/, /from 0\.0001% to 100%/]],
  },
  {
    name: 'points written as a share',
    changes: { 8: '  - { name: failures, signal: failures, target: checkout, noWorseThan: 0.5% }' },
    told: [
      [
        'steadyState[0].noWorseThan not-a-quantity',
        /is not a difference in percentage points/,
        /write \+0\.5 points/,
      ],
    ],
  },
  {
    name: 'a mapping where a list is needed',
    changes: { 25: 'notify: { slack: chaos }' },
    told: [['notify wrong-type', /must be a list/, /begin each item with "- "/]],
  },
  {
    name: 'text where a list is needed',
    changes: { 14: '    operations: GetItem' },
    told: [['faults[0].operations wrong-type', /must be a list/, /\["GetItem"\]/]],
  },
  {
    name: 'an empty list',
    changes: { 14: '    operations: []' },
    told: [['faults[0].operations too-few', /is empty/, /at least 1/]],
  },
  {
    name: 'an item twice',
    changes: { 14: '    operations: [GetItem, GetItem]' },
    told: [['faults[0].operations[1] repeated', /"GetItem" stands here twice/, /once/]],
  },
  {
    name: 'an operation in the wrong case',
    changes: { 14: '    operations: [getItem]' },
    told: [
      ['faults[0].operations[0] wrong-form', /"getItem" is not valid|not a valid/, /for instance "GetItem"/],
    ],
  },
  {
    name: 'a name in capitals',
    changes: { 2: 'name: Checkout Survives' },
    told: [['name wrong-form', /not a valid name/, /for instance "checkout-survives"/]],
  },
  {
    name: 'a host with its protocol',
    changes: { 13: '    host: https://pay.example.com/x', 14: [], 15: [], 16: '    status: 503' },
    told: [['faults[0].host wrong-form', /not a valid host/, /for instance "pay\.example\.com"/]],
  },
  {
    name: 'an unknown channel',
    changes: { 25: 'notify: ["#chaos"]' },
    told: [
      [
        'notify[0] wrong-form',
        /"#chaos" is not a valid value/,
        /sns, or slack:channel; for instance "slack:chaos"/,
      ],
    ],
  },
  {
    name: 'a cron of five fields',
    changes: { 24: 'schedule: { cron: "0 10 * * TUE", timezone: Europe/Berlin }' },
    told: [['schedule.cron wrong-form', /has 5 fields, and needs six/, /minute, hour/]],
  },
  {
    name: 'neither cron nor rate',
    changes: { 24: 'schedule: { timezone: Europe/Berlin }' },
    told: [['schedule missing', /Neither of "cron" and "rate"/, /either "cron", or "rate"/]],
  },
  {
    name: 'a number beyond its bounds',
    changes: { 13: '    host: example.com', 14: [], 15: [], 16: '    status: 200' },
    told: [['faults[0].status out-of-bounds', /cannot be 200/, /from 400 to 599/]],
  },
  {
    name: 'a number in quotes',
    changes: { 13: '    host: example.com', 14: [], 15: [], 16: '    status: "503"' },
    told: [['faults[0].status wrong-type', /must be a whole number/, /write 503 without quotes/]],
  },
  {
    name: 'nothing where something is needed',
    changes: { 22: 'duration:' },
    told: [['duration wrong-type', /not nothing/, /nothing stands here/]],
  },
  {
    name: 'an error of another service',
    changes: { 16: '    error: TooManyRequestsException' },
    told: [
      [
        'faults[0].error never-happens',
        /^dynamodb never answers TooManyRequestsException; it is an error of lambda$/,
        /^dynamodb can answer ProvisionedThroughputExceededException, .* any service: throttle, server-error$/,
      ],
    ],
  },
  {
    name: 'a misspelt error',
    changes: { 16: '    error: ProvisionedThroughputExceeded' },
    told: [
      [
        'faults[0].error never-happens',
        /^dynamodb never answers ProvisionedThroughputExceeded$/,
        /did you mean "ProvisionedThroughputExceededException"/,
      ],
    ],
  },
  {
    name: 'a target name of the wrong form',
    changes: { 6: '  "pay ment": { service: shop, function: payment }', 19: '    target: checkout' },
    told: [['targets.pay ment wrong-form', /"pay ment" is not a valid target name/, /name of a target/]],
  },
];

describe.each(cases)('$name', ({ changes, told }) => {
  it('is told once, with what would be right', () => {
    const problems = problemsOf(withLines(changes));
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual(told.map(([place]) => place));
    for (const [index, [, message, help]] of told.entries()) {
      expect(problems[index]?.message).toMatch(message);
      expect(problems[index]?.help).toMatch(help);
    }
  });
});

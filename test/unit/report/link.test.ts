import { reportKey, reportLink, reportsBucket } from '../../../src/report/link.ts';

const run = { run: 'pricing-slow.manual.2026-11-21T03:58:19_746Z' };
const session = { session: 'december-game-day.session.2026-12-04T0900Z' };
const place = {
  bucket: reportsBucket('prod', '123456789012', 'eu-central-1'),
  region: 'eu-central-1',
  partition: 'aws',
};

describe('the link to a report', () => {
  it('leads to the object in the S3 console of the bucket’s Region', () => {
    const link = new URL(reportLink(run, place, null));
    expect(link.origin).toBe('https://eu-central-1.console.aws.amazon.com');
    expect(link.pathname).toBe('/s3/object/inoculate-prod-reports-123456789012-eu-central-1');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      region: 'eu-central-1',
      prefix: 'runs/pricing-slow.manual.2026-11-21T03:58:19_746Z/report.html',
    });
  });

  it.each([
    ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/s3/object/'],
    ['aws-us-gov', 'us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/'],
    ['aws-eusc', 'eusc-de-east-1', 'https://eusc-de-east-1.console.amazonaws-eusc.eu/s3/object/'],
  ])('leads to the console of partition %s', (partition, region, start) => {
    expect(reportLink(session, { bucket: 'b', region, partition }, null)).toMatch(start);
  });

  it.each(['aws-iso', 'constructor'])(
    'names the object where partition %s has no known console',
    (partition) => {
      expect(reportLink(session, { ...place, partition }, null)).toBe(
        `s3://${place.bucket}/gamedays/december-game-day.session.2026-12-04T0900Z/report.html`,
      );
    },
  );

  it.each(['https://reports.example.com/chaos', 'https://reports.example.com/chaos/'])(
    'leads below %s, where a team serves the bucket itself',
    (base) => {
      expect(reportLink(run, place, base)).toBe(
        'https://reports.example.com/chaos/runs/pricing-slow.manual.2026-11-21T03%3A58%3A19_746Z/report.html',
      );
    },
  );

  it('keeps what a session is called within its own segment', () => {
    expect(reportLink({ session: 'a?b#c' }, place, 'https://r.example.com')).toBe(
      'https://r.example.com/gamedays/a%3Fb%23c/report.html',
    );
  });

  it('tells the files of runs and sessions apart', () => {
    expect(reportKey({ run: 'x' }, 'run.json')).toBe('runs/x/run.json');
    expect(reportKey({ session: 'x' }, 'session.json')).toBe('gamedays/x/session.json');
  });
});

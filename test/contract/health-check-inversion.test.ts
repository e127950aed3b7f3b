import { healthCheckInversion } from '../../src/faults/changers/health-check-inversion.ts';
import { FakeAws } from '../support/aws/fake-aws.ts';
import { FakeRoute53 } from '../support/aws/fake-route53.ts';
import { Bench, type Subject } from './changer-bench.ts';
import { describeChanger } from './changer-contract.ts';
import { asJson, besides, targetOf } from './subjects/support.ts';

function healthCheckSubject(inverted: boolean, change: object = {}): Subject {
  const route53 = new FakeRoute53();
  const aws = new FakeAws({ Route53: route53.service });
  let n = 0;
  return {
    changer: healthCheckInversion,
    faults: [{ kind: 'route53.health-check-invert', target: 'target' }],
    make() {
      const id = `check-${(n += 1)}`;
      route53.add(id, change);
      const config = (route53.checks.get(id)?.check.HealthCheckConfig ?? {}) as object;
      Object.assign(config, { Inverted: inverted });
      return Promise.resolve({
        target: targetOf('health-check', id, `arn:aws:route53:::healthcheck/${id}`),
        process: () => aws.clients(),
        describe: () => Promise.resolve(asJson(route53.checks.get(id)?.check.HealthCheckConfig ?? null)),
        others: {
          'another threshold': besides(() => route53.update({ HealthCheckId: id, FailureThreshold: 5 })),
          disabled: besides(() => route53.update({ HealthCheckId: id, Disabled: true })),
        },
        remove: () => Promise.resolve(void route53.checks.delete(id)),
      });
    },
  };
}

describeChanger('inversion of a health check', () => healthCheckSubject(false), { conditional: true });
describeChanger('inversion of a health check that is inverted', () => healthCheckSubject(true), {
  conditional: true,
});

it('leaves health checks alone that another service of AWS has made', async () => {
  const subject = healthCheckSubject(false, {
    LinkedService: { ServicePrincipal: 'servicediscovery.amazonaws.com' },
  });
  const bench = new Bench(subject, await subject.make());
  await expect(bench.capture()).rejects.toMatchObject({ code: 'managed-by-aws', unknown: false });
});

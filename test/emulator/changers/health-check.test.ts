import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { healthCheckInversion } from '../../../src/faults/changers/health-check-inversion.ts';
import type { Resource } from '../../contract/changer-bench.ts';
import { targetOf, without } from '../../contract/subjects/support.ts';
import { describeWithEmulator } from '../harness/describe-with-emulator.ts';
import { type Emulated, onEmulator, orNull, describeOnEmulator } from './emulated.ts';

async function makeHealthCheck(on: Emulated, Inverted: boolean): Promise<Resource> {
  const { route53 } = on.clients;
  const { HealthCheck } = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: on.name(),
      HealthCheckConfig: { Type: 'HTTPS', FullyQualifiedDomainName: 'example.com', Port: 443, Inverted },
    }),
  );
  const HealthCheckId = HealthCheck?.Id ?? '';
  const read = () => orNull(route53.send(new GetHealthCheckCommand({ HealthCheckId })), 'NoSuchHealthCheck');
  return {
    target: targetOf('health-check', HealthCheckId, `arn:aws:route53:::healthcheck/${HealthCheckId}`),
    process: () => on.process(),
    describe: async () => without((await read())?.HealthCheck?.HealthCheckConfig),
    others: {
      'another threshold': {
        make: async () =>
          void (await route53.send(new UpdateHealthCheckCommand({ HealthCheckId, FailureThreshold: 5 }))),
        leaves: 'clean',
        refusesApply: false,
      },
    },
    remove: async () => void (await route53.send(new DeleteHealthCheckCommand({ HealthCheckId }))),
  };
}

describeWithEmulator('inversion of health checks, as the emulator has them', () => {
  const of = {
    changer: healthCheckInversion,
    faults: [{ kind: 'route53.health-check-invert', target: 'checkout' }],
  } as const;
  for (const inverted of [false, true])
    describeOnEmulator(
      inverted ? 'inverted before' : 'not inverted before',
      () => onEmulator(of, (on) => makeHealthCheck(on, inverted)),
      { conditional: true, histories: 10 },
    );
});

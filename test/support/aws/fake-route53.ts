import {
  type HealthCheck,
  HealthCheckVersionMismatch,
  NoSuchHealthCheck,
  type Tag,
  type UpdateHealthCheckRequest,
} from '@aws-sdk/client-route-53';
import { type FakeService, thrown } from './fake-aws.ts';

export interface FakeHealthCheck {
  check: HealthCheck;
  tags: Tag[];
}

/** Health checks, whose version rises with each update. */
export class FakeRoute53 {
  readonly checks = new Map<string, FakeHealthCheck>();

  add(Id: string, change: Partial<HealthCheck> = {}): void {
    const HealthCheckConfig = {
      Type: 'HTTPS' as const,
      FullyQualifiedDomainName: 'shop.example.com',
      Inverted: false,
      Disabled: false,
    };
    this.checks.set(Id, {
      check: { Id, CallerReference: Id, HealthCheckVersion: 1, HealthCheckConfig, ...change },
      tags: [{ Key: 'inoculate', Value: 'allow' }],
    });
  }

  update({ HealthCheckId = '', HealthCheckVersion, ...change }: UpdateHealthCheckRequest): HealthCheck {
    const { check } = this.#find(HealthCheckId);
    if (HealthCheckVersion !== undefined && HealthCheckVersion !== check.HealthCheckVersion)
      throw new HealthCheckVersionMismatch(thrown(409, 'The version does not match'));
    Object.assign(check.HealthCheckConfig ?? {}, change);
    check.HealthCheckVersion = (check.HealthCheckVersion ?? 0) + 1;
    return check;
  }

  readonly service: FakeService = {
    GetHealthCheck: ({ HealthCheckId }: { readonly HealthCheckId: string }) => ({
      HealthCheck: this.#find(HealthCheckId).check,
    }),
    UpdateHealthCheck: (input: UpdateHealthCheckRequest) => ({ HealthCheck: this.update(input) }),
    ListTagsForResource: ({ ResourceId }: { readonly ResourceId: string }) => ({
      ResourceTagSet: { ResourceId, Tags: this.#find(ResourceId).tags },
    }),
  };

  #find(id: string): FakeHealthCheck {
    const found = this.checks.get(id);
    if (found === undefined) throw new NoSuchHealthCheck(thrown(404, `No health check ${id}`));
    return found;
  }
}

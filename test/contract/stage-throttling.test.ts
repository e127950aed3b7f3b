import { Bench } from './changer-bench.ts';
import { describeChanger } from './changer-contract.ts';
import { httpStageSubject, restStageSubject } from './subjects/stage.ts';

const limits = { ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5000 };

describeChanger('limits of a stage of a REST API, where there were none', () => restStageSubject());
describeChanger('limits of a stage of a REST API, where there were some', () =>
  restStageSubject({ throttlingRateLimit: 100, throttlingBurstLimit: 50, loggingLevel: 'ERROR' }),
);
describeChanger('limits of a stage of a REST API, where they were switched off', () =>
  restStageSubject({ throttlingRateLimit: -1, throttlingBurstLimit: -1, metricsEnabled: true }),
);
describeChanger('limits of a stage of an HTTP API, if it keeps what is not said', () =>
  httpStageSubject({ ...limits, DetailedMetricsEnabled: false }, true),
);
describeChanger('limits of a stage of an HTTP API, if it drops what is not said', () =>
  httpStageSubject({ ...limits, DetailedMetricsEnabled: false }, false),
);

describe('limits of a stage', () => {
  it('are not set on an HTTP API that has none: they could not be taken away again', async () => {
    const subject = httpStageSubject({ DetailedMetricsEnabled: false }, true);
    const bench = new Bench(subject, await subject.make());
    const before = await bench.resource.describe();
    await expect(bench.capture()).rejects.toMatchObject({ code: 'cannot-be-restored', unknown: false });
    expect(await bench.resource.describe()).toEqual(before);
  });

  it('below those of the fault stay', async () => {
    const subject = restStageSubject({ throttlingRateLimit: 1, throttlingBurstLimit: 1 });
    const bench = new Bench(subject, await subject.make());
    await expect(bench.capture()).rejects.toMatchObject({ code: 'nothing-to-change', unknown: false });
  });
});

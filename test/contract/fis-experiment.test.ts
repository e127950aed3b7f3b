import { fisExperimentRun } from '../../src/faults/changers/fis-experiment.ts';
import { FakeAws, fakeAccount, fakeRegion } from '../support/aws/fake-aws.ts';
import { FakeFis } from '../support/aws/fake-fis.ts';
import { changesSomething } from '../support/aws/watched-aws.ts';
import { Bench, type Resource, type Subject } from './changer-bench.ts';
import { describeChanger } from './changer-contract.ts';
import { asJson, besides, targetOf } from './subjects/support.ts';

/** Each template in an account of its own, unless all are in this one. */
function fisSubject(only?: FakeFis): Subject {
  let n = 0;
  return {
    changer: fisExperimentRun,
    faults: [{ kind: 'fis.experiment', target: 'target', acceptsDataLoss: true }],
    make() {
      const fis = only ?? new FakeFis();
      const aws = new FakeAws({ Fis: fis.service });
      const id = `EXT${(n += 1)}`;
      fis.add(id);
      const describe = () => {
        const { id: _, ...template } = fis.templates.get(id) ?? {};
        const running = fis.running(id).map(({ tags }) => tags?.['owner'] ?? 'ours');
        return fis.templates.has(id) ? { template, running } : null;
      };
      const arn = `arn:aws:fis:${fakeRegion}:${fakeAccount}:experiment-template/${id}`;
      return Promise.resolve({
        target: targetOf('fis-template', id, arn),
        process: () => aws.clients(),
        describe: () => Promise.resolve(asJson(describe())),
        others: {
          'an experiment of their own': besides(() =>
            fis.start({ experimentTemplateId: id, tags: { owner: 'theirs' } }),
          ),
          'the end of ours': besides(() =>
            fis.running(id).forEach((one) => {
              if (one.tags?.['owner'] === undefined) fis.end(one, 'stopped', 'Halted by stop condition');
            }),
          ),
          'another description': besides(() =>
            Object.assign(fis.templates.get(id) ?? {}, { description: 'x' }),
          ),
        },
        remove: () => Promise.resolve(fis.remove(id)),
      });
    },
  };
}

describeChanger('experiment of AWS FIS', () => fisSubject());

describe('experiment of AWS FIS', () => {
  const open = async (): Promise<{ fis: FakeFis; resource: Resource; bench: Bench }> => {
    const fis = new FakeFis();
    const subject = fisSubject(fis);
    const resource = await subject.make();
    const bench = new Bench(subject, resource);
    await bench.capture();
    return { fis, resource, bench };
  };

  it('is started with the run’s token and tags, so that it is found whoever asks', async () => {
    const { resource, bench } = await open();
    const aws = resource.process();
    await bench.apply(aws);
    const [start] = aws.calls.filter(changesSomething);
    expect(start?.input).toEqual({
      experimentTemplateId: resource.target.id,
      clientToken: expect.stringMatching(/^Inoculate[0-9a-f]{16}$/),
      tags: { 'inoculate-run': start?.input['clientToken'], inoculate: 'allow' },
    });
  });

  it('is ours until FIS has stopped it, and is told to stop once', async () => {
    const { fis, resource, bench } = await open();
    await bench.apply();
    fis.stopsAtOnce = false;
    expect(await bench.revert()).toEqual({
      read: 'ours',
      detail: 'FIS experiment EXP1 is stopping: Experiment is stopping',
    });
    const again = resource.process();
    expect((await bench.revert(again)).read).toBe('ours');
    expect(again.calls.filter(changesSomething)).toEqual([]);
    const [experiment] = fis.running(resource.target.id);
    if (experiment !== undefined) fis.end(experiment, 'stopped', 'done');
    expect((await bench.revert()).read).toBe('clean');
  });

  it('is found among those of others, on whichever page', async () => {
    const { fis, resource, bench } = await open();
    const theirs = { experimentTemplateId: resource.target.id, tags: { owner: 'theirs' } };
    for (let n = 0; n < 5; n += 1) fis.start(theirs);
    await bench.apply();
    for (let n = 0; n < 5; n += 1) fis.start(theirs);
    expect((await bench.revert()).read).toBe('clean');
    expect(fis.running(resource.target.id)).toHaveLength(10);
  });

  it('that failed by itself is told of', async () => {
    const { fis, resource, bench } = await open();
    await bench.apply();
    const [experiment] = fis.running(resource.target.id);
    if (experiment !== undefined) fis.end(experiment, 'failed', 'Target resolution returned empty set');
    expect(await bench.revert()).toEqual({
      read: 'clean',
      detail: 'FIS experiment EXP1 is failed: Target resolution returned empty set',
    });
  });

  it('is stopped though its template is gone', async () => {
    const { fis, resource, bench } = await open();
    await bench.apply();
    fis.templates.delete(resource.target.id);
    expect((await bench.revert()).read).toBe('clean');
    expect(fis.running(resource.target.id)).toEqual([]);
  });

  it('is not started again by the same run once it has ended, though FIS has forgotten its token', async () => {
    const { fis, resource, bench } = await open();
    await bench.apply();
    await bench.revert();
    fis.forgetTokens();
    await bench.apply();
    expect(fis.running(resource.target.id)).toEqual([]);
  });
});

import {
  type Experiment,
  type ExperimentTemplate,
  ResourceNotFoundException,
  type StartExperimentRequest,
} from '@aws-sdk/client-fis';
import { type FakeService, thrown } from './fake-aws.ts';

const over = ['completed', 'stopped', 'failed'];

/** Templates and experiments. A token starts one experiment, however often it is sent. */
export class FakeFis {
  readonly templates = new Map<string, ExperimentTemplate>();
  experiments: Experiment[] = [];
  /** Otherwise experiments that are to stop are `stopping` for good. */
  stopsAtOnce = true;
  readonly #tokens = new Map<string, Experiment>();
  #n = 0;

  add(id: string, change: Partial<ExperimentTemplate> = {}): void {
    this.templates.set(id, { id, description: 'slow network', tags: { inoculate: 'allow' }, ...change });
  }

  start({ experimentTemplateId = '', clientToken, tags = {} }: StartExperimentRequest): Experiment {
    const known = this.#tokens.get(clientToken ?? '');
    if (known !== undefined) return known;
    if (!this.templates.has(experimentTemplateId)) throw notFound(`No template ${experimentTemplateId}`);
    this.#n += 1;
    const state = { status: 'running', reason: 'Experiment is running' } as const;
    const experiment = { id: `EXP${this.#n}`, experimentTemplateId, state, tags };
    this.experiments.push(experiment);
    if (clientToken !== undefined) this.#tokens.set(clientToken, experiment);
    return experiment;
  }

  /** How long FIS knows a token is not documented. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** What runs of a template. */
  running(template: string): Experiment[] {
    return this.experiments.filter(
      ({ experimentTemplateId, state }) =>
        experimentTemplateId === template && !over.includes(state?.status ?? ''),
    );
  }

  end(experiment: Experiment, status: 'stopped' | 'stopping' | 'failed', reason: string): void {
    experiment.state = { status, reason };
  }

  remove(template: string): void {
    this.templates.delete(template);
    this.experiments = this.experiments.filter(
      ({ experimentTemplateId }) => experimentTemplateId !== template,
    );
  }

  readonly service: FakeService = {
    GetExperimentTemplate: ({ id }: { readonly id: string }) => {
      const experimentTemplate = this.templates.get(id);
      if (experimentTemplate === undefined) throw notFound(`No template ${id}`);
      return { experimentTemplate };
    },
    // In pages of two, to be short.
    ListExperiments: ({ nextToken = '0' }: { readonly nextToken?: string }) => {
      const from = Number(nextToken);
      const experiments = this.experiments.slice(from, from + 2);
      return { experiments, ...(from + 2 < this.experiments.length && { nextToken: String(from + 2) }) };
    },
    StartExperiment: (input: StartExperimentRequest) => ({ experiment: this.start(input) }),
    StopExperiment: ({ id }: { readonly id: string }) => {
      const experiment = this.experiments.find((one) => one.id === id);
      if (experiment === undefined) throw notFound(`No experiment ${id}`);
      if (over.includes(experiment.state?.status ?? ''))
        throw Object.assign(new Error('It has ended'), { name: 'ValidationException', ...thrown(400, '') });
      if (this.stopsAtOnce) this.end(experiment, 'stopped', 'Experiment halted by user action');
      else this.end(experiment, 'stopping', 'Experiment is stopping');
      return { experiment };
    },
  };
}

function notFound(message: string): ResourceNotFoundException {
  return new ResourceNotFoundException(thrown(404, message));
}

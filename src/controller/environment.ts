import type { SecretsKeeper } from '../adapters/aws/secrets.ts';
import { stagePattern } from '../core/stage.ts';

/** What the deployment tells each function of the controller. */
export interface ControllerEnvironment {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly controlTable: string;
  readonly functionTable: string;
  readonly bus: string;
  readonly tickQueueUrl: string;
  readonly tickMs: number;
  readonly topicArn: string;
  readonly operatorsTopicArn: string;
  readonly deadLetterArn: string;
  readonly deadManArn: string;
  readonly startArn: string;
  readonly plannerArn: string;
  /** Lets Scheduler invoke the dead-man, `start` and the planner. */
  readonly schedulerRoleArn: string;
  /** Slack's Web API: another one for GovSlack, and in tests. */
  readonly slackApi: string;
  readonly secrets: SecretsKeeper;
  /** The function that puts policies on roles; empty where the controller was deployed without it. */
  readonly rolePolicyFunction: string;
  /** Where reports are kept. */
  readonly reportsBucket: string;
  /** Of the deployed controller. */
  readonly version: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads variables when they are asked for: a function is given only those that it needs. */
export function controllerEnvironment(variables: Variables): ControllerEnvironment {
  const required = (name: string): string => {
    const value = variables[name];
    if (value === undefined || value === '')
      throw new Error(`This function needs the variable ${name}: deploy the controller anew`);
    return value;
  };
  return {
    get stage() {
      const stage = required('INOCULATE_STAGE');
      if (!stagePattern.test(stage)) throw new Error(`INOCULATE_STAGE cannot be ${JSON.stringify(stage)}`);
      return stage;
    },
    get account() {
      return required('INOCULATE_ACCOUNT');
    },
    get region() {
      return required('AWS_REGION');
    },
    get partition() {
      return required('INOCULATE_PARTITION');
    },
    get controlTable() {
      return required('INOCULATE_CONTROL_TABLE');
    },
    get functionTable() {
      return required('INOCULATE_FUNCTION_TABLE');
    },
    get bus() {
      return required('INOCULATE_BUS');
    },
    get tickQueueUrl() {
      return required('INOCULATE_TICK_QUEUE_URL');
    },
    get tickMs() {
      const seconds = Number(required('INOCULATE_TICK_SECONDS'));
      // SQS delays messages by whole seconds.
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > 60)
        throw new Error('INOCULATE_TICK_SECONDS must be a whole number from 1 to 60');
      return seconds * 1000;
    },
    get topicArn() {
      return required('INOCULATE_TOPIC_ARN');
    },
    get operatorsTopicArn() {
      return required('INOCULATE_OPERATORS_TOPIC_ARN');
    },
    get deadLetterArn() {
      return required('INOCULATE_DEAD_LETTER_ARN');
    },
    get deadManArn() {
      return required('INOCULATE_DEADMAN_ARN');
    },
    get startArn() {
      return required('INOCULATE_START_ARN');
    },
    get plannerArn() {
      return required('INOCULATE_PLANNER_ARN');
    },
    get schedulerRoleArn() {
      return required('INOCULATE_SCHEDULER_ROLE_ARN');
    },
    get slackApi() {
      return variables['INOCULATE_SLACK_API'] ?? 'https://slack.com/api';
    },
    get secrets() {
      return secretsKeeper(variables['INOCULATE_SECRETS'] ?? 'ssm');
    },
    get rolePolicyFunction() {
      return variables['INOCULATE_ROLE_POLICY_FUNCTION'] ?? '';
    },
    get reportsBucket() {
      return required('INOCULATE_REPORTS_BUCKET');
    },
    get version() {
      return required('INOCULATE_VERSION');
    },
  };
}

function secretsKeeper(name: string): SecretsKeeper {
  if (name === 'ssm' || name === 'secretsmanager') return name;
  throw new Error('INOCULATE_SECRETS must be ssm or secretsmanager: deploy with --param secrets=…');
}

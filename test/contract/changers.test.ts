import { describeChanger } from './changer-contract.ts';
import { ruleSubject } from './subjects/eventbridge.ts';
import { configurationSubject, eventSourceSubject, throttleSubject } from './subjects/lambda.ts';
import { queueTimingSubject } from './subjects/sqs.ts';

describeChanger('reserved concurrency, where there was none', () => throttleSubject());
describeChanger('reserved concurrency, where there was one', () => throttleSubject(7));
describeChanger('timeout and memory of a function', configurationSubject, { conditional: true });
describeChanger('state of an event source mapping', eventSourceSubject);
describeChanger('state of a rule on the default bus', () => ruleSubject());
describeChanger('state of a rule on a bus of its own', () => ruleSubject('shop/partner'));
describeChanger('timing of a queue', queueTimingSubject);

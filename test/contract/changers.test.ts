import { describeChanger } from './changer-contract.ts';
import { throttleSubject } from './subjects/lambda.ts';

describeChanger('reserved concurrency, where there was none', () => throttleSubject(undefined));
describeChanger('reserved concurrency, where there was one', () => throttleSubject(7));

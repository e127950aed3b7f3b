export { FaultyStream } from './faulty-stream.ts';
export { outcomeOf } from './perform-streaming.ts';
export { StreamFaults } from './stream-faults.ts';
export { writeAnswer } from './streamed-answer.ts';

// Prints the last line of a CI run from the JSON results of jest's passes, and fails where anything failed, or was skipped.
// Runs under whatever Node the machine has: the project's own may be what could not be installed.
import { readFileSync } from 'node:fs';

const passes = process.argv.slice(2).map(read);
const sum = (count) => passes.reduce((total, results) => total + count(results), 0);
const passed = sum((results) => results?.numPassedTests ?? 0);
const skipped = sum((results) => (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0));
// A suite that could not be loaded has no tests to count: it counts as one; so does a pass without a result.
const failed = sum((results) =>
  results === undefined ? 1 : results.numFailedTests + results.numRuntimeErrorTestSuites,
);

if (passes.includes(undefined)) console.error('The tests ended before there was every result.');
if (passed + failed === 0) console.error('No test ran.');
if (skipped > 0) console.error('A test was skipped; here nothing may be.');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || skipped > 0 || passed === 0 ? 1 : 0);

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    return undefined;
  }
}

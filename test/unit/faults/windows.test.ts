import { changers } from '../../../src/faults/of.ts';

// `plan` puts them behind "mind:", a table of the documentation under "changes by others".
it.each(changers().map(({ name, window }) => [name, window] as const))(
  'what %s says of changes by others is a sentence that stands alone',
  (_name, window) => {
    expect(window).toMatch(/^(?!None)[A-Z][^:]*\s[^]*\.$/);
  },
);

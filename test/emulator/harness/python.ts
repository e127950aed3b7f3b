import path from 'node:path';

/** Of the virtual environment that test/runtimes/install.ts makes. */
export const python = path.resolve(import.meta.dirname, '../../runtimes/python/bin/python');

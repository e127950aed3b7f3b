import path from 'node:path';

/** The virtual environment that test/runtimes/install.ts makes. */
export const pythonDir = path.resolve(import.meta.dirname, '../../runtimes/python');

export const python = path.join(pythonDir, 'bin/python');

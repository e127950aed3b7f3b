// What the runtime imports instead of the user's module. It imports that module only now, after the runtime has set
// its globals, and gives back a handler of the same kind.
import { attach } from './attach.ts';
import { loadHandler } from './load-handler.ts';

const name = process.env['INOCULATE_HANDLER'] ?? '';
// The user's code sees the environment that it would see without the layer.
process.env['_HANDLER'] = name;
delete process.env['INOCULATE_HANDLER'];

export const handler = await attach(
  await loadHandler(process.env['LAMBDA_TASK_ROOT'] ?? process.cwd(), name),
  process.env,
);

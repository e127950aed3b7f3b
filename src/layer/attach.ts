import { systemClock } from './clock.ts';
import type { Handler } from './load-handler.ts';
import { logOnce, reasonOf } from './log.ts';
import { LOOK_EVERY_MS, type Realm } from './realm.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Watch } from './watch.ts';
import { wrapHandler } from './wrap.ts';

/**
 * The handler with the layer around it; the handler itself where the layer is not configured.
 * Everything beyond the wrapped handler is imported when it is first needed, so that a cold start does not pay for it.
 */
export async function attach(handler: Handler, env: NodeJS.ProcessEnv): Promise<Handler> {
  const settings = readSettings(env);
  if (settings === undefined) return handler;
  const realm: Realm = {
    active: undefined,
    lookedAt: Number.NEGATIVE_INFINITY,
    lookEveryMs: LOOK_EVERY_MS,
    look: () => undefined,
  };
  if (settings.fixedDose === undefined) realm.look = lookInBackground(realm, settings);
  else await takeFixedDose(realm, settings, settings.fixedDose);
  return wrapHandler(handler, realm, systemClock.now);
}

function lookInBackground(realm: Realm, settings: Settings): () => void {
  let watch: Promise<Watch> | undefined;
  const start = async (): Promise<void> => {
    watch ??= import('./watch.ts').then((module) => module.watchStore(realm, settings, systemClock));
    (await watch).look();
  };
  return () => {
    realm.lookedAt = systemClock.now();
    // After the handler's synchronous part, and without keeping the process alive for it.
    setImmediate(() => {
      start().catch((error: unknown) => logOnce(`no fault is injected: ${reasonOf(error)}`));
    }).unref();
  };
}

async function takeFixedDose(realm: Realm, settings: Settings, dose: string): Promise<void> {
  realm.lookEveryMs = Number.POSITIVE_INFINITY;
  realm.lookedAt = systemClock.now();
  try {
    const { useFixedDose } = await import('./run/activate.ts');
    await useFixedDose(realm, settings, dose, systemClock);
  } catch (error) {
    logOnce(`the dose in INOCULATE_DOSE is not used: ${reasonOf(error)}`);
  }
}

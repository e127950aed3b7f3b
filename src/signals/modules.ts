import type { Signal } from '../generated/types.ts';
import { signals } from './index.ts';
import type { AnyCheckModule, AnyComparisonModule, CheckedSignal, ComparedSignal } from './module.ts';

/** Whether a signal compares the two groups of a target; the others are kept or broken at each look. */
export function isComparison(signal: Signal): signal is ComparedSignal {
  return 'target' in signal;
}

/** The module of a signal, to be called with that signal. */
export function comparisonModuleOf(signal: ComparedSignal): AnyComparisonModule {
  return signals[signal.signal];
}

/** The module of a signal, to be called with that signal. */
export function checkModuleOf(signal: CheckedSignal): AnyCheckModule {
  return signals[signal.signal];
}

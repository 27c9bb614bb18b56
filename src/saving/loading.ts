import { serialization } from '@tensorflow/tfjs-core';
import type { ClippingStrategy } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import { ambiguousIds, registered } from '../core/known.ts';
import { createStrategy } from '../registry/create.ts';

/** Registers an optimizer class with tfjs, so that saved models can name it; does nothing the second time. */
export function registerClass(optimizer: Parameters<typeof serialization.registerClass>[0]): void {
  if (optimizer.className in serialization.SerializationMap.getMap().classNameMap) return;
  serialization.registerClass(optimizer);
}

/**
 * Creates the strategy of a saved model from what is registered in this process.
 *
 * @throws ClippingError `unknown-strategy` when its strategy is not registered, `duplicate-id` when different ones are
 *   registered under its id.
 */
export function strategyFromSaved(spec: unknown): ClippingStrategy {
  const text = toJson([spec]);
  const clash = [...ambiguousIds()].find((id) => text.includes(`"id":${JSON.stringify(id)}`));
  if (clash !== undefined) {
    throw new ClippingError(
      'duplicate-id',
      `The saved model uses \`${clash}\`, and this process has two strategies with that id. Rename one of them.`,
    );
  }
  try {
    return createStrategy(registered(), spec);
  } catch (error) {
    if (!(error instanceof ClippingError) || error.code !== 'unknown-strategy') throw error;
    throw new ClippingError(
      'unknown-strategy',
      `The saved model uses a strategy that this process does not know. ${error.message} ` +
        'Before loading, call `enableLoading(strategies)` with it.',
      { cause: error },
    );
  }
}

import type { ClippingStrategy, NamedTensors } from '../core/contract.ts';
import { ClippingError } from '../core/errors.ts';

/** The strategy with its mistakes named: what it throws, and gradients of other names or shapes than it was given. */
export function checked(strategy: ClippingStrategy): ClippingStrategy {
  return {
    ...strategy,
    clip(gradients, state, context) {
      const clipped = attempted(strategy.id, context.step, () => strategy.clip(gradients, state, context));
      expectSameShapes(strategy.id, context.step, gradients, clipped.gradients);
      return clipped;
    },
  };
}

function attempted<Result>(id: string, step: number, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof ClippingError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClippingError('strategy-fault', `\`${id}\` failed at step ${step}: ${reason} No variable was changed.`, {
      cause: error,
    });
  }
}

function expectSameShapes(id: string, step: number, given: NamedTensors, returned: NamedTensors): void {
  const names = Object.keys(given);
  const fault = (what: string): ClippingError =>
    new ClippingError('strategy-fault', `\`${id}\` ${what} at step ${step}. No variable was changed.`);
  if (Object.keys(returned).length !== names.length) {
    const extra = Object.keys(returned).find((name) => !(name in given));
    if (extra !== undefined) throw fault(`returned a gradient for \`${extra}\`, which it was not given,`);
  }
  for (const name of names) {
    const [before, after] = [given[name], returned[name]];
    if (after === before) continue;
    if (after === undefined) throw fault(`returned no gradient for \`${name}\``);
    if (after.shape.join() !== before?.shape.join()) {
      const shapes = `[${after.shape.join(', ')}] instead of [${before?.shape.join(', ') ?? ''}]`;
      throw fault(`returned a gradient of shape ${shapes} for \`${name}\``);
    }
  }
}

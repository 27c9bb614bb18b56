import * as tf from '@tensorflow/tfjs';
import { globalNorm } from 'gradclip/strategies';
import { usualIdiom } from './idioms.ts';
import { compareTimes } from './measure.ts';
import { createGradients } from './sets.ts';

/** One point of a curve. */
export interface GrowthRow {
  readonly backend: string;
  /** The quantity that grows: the elements of one tensor, or the number of tensors of 1000 elements. */
  readonly axis: 'elements' | 'tensors';
  readonly count: number;
  readonly method: string;
  readonly ms: number;
}

const ELEMENTS = [1e3, 1e4, 1e5, 1e6, 5e6, 2e7];
const TENSORS = [1, 3, 10, 30, 100, 300, 1000];
const ELEMENTS_PER_TENSOR = 1000;
const COLLECT_GARBAGE_FROM = 2e6;

/** Measures time against size on the backend in use. */
export function benchGrowth(elementsPerSecond: number): GrowthRow[] {
  const points = [
    ...ELEMENTS.map((count) => ({ axis: 'elements' as const, count, tensors: 1, elements: count })),
    ...TENSORS.map((count) => ({ axis: 'tensors' as const, count, tensors: count, elements: ELEMENTS_PER_TENSOR })),
  ];
  return points.flatMap(({ axis, count, tensors, elements }) => {
    const set = createGradients({ tensors, shape: [elements / 10, 10] });
    const gradients = Object.values(set.gradients);
    const context = { step: 0, parameters: set.parameters };
    const clip = (maxNorm: number) => {
      const strategy = globalNorm({ maxNorm });
      return () => tf.tidy(() => void strategy.clip(set.gradients, {}, context));
    };
    const rounds = Math.round(Math.min(100, Math.max(5, elementsPerSecond / (tensors * elements))));
    const times = compareTimes(
      {
        'gradclip, not clipping': clip(1e9),
        'gradclip, clipping': clip(1e-3),
        'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(gradients, 1e-3)),
      },
      { rounds, collectGarbage: tensors * elements > COLLECT_GARBAGE_FROM },
    );
    set.dispose();
    return Object.entries(times).map(([method, ms]) => ({ backend: tf.getBackend(), axis, count, method, ms }));
  });
}

/** Returns the cost of one more tensor, apart from its elements, in microseconds: the slope between 10 and 1000 small tensors. */
export function perTensor(rows: readonly GrowthRow[], backend: string, method: string): number {
  const at = (count: number): number =>
    rows.find(
      (row) => row.backend === backend && row.method === method && row.axis === 'tensors' && row.count === count,
    )?.ms ?? NaN;
  return ((at(1000) - at(10)) / 990) * 1e3;
}

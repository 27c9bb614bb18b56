import { tidy } from '@tensorflow/tfjs-core';
import { isClose, ORDINARY, SPECIAL } from '../self-test.ts';
import { elementsOf, tensorFrom } from '../loops.ts';
import { plainUnitPasses } from './loops.ts';
import type { Layout, UnitPasses } from './passes.ts';

const LAYOUTS: readonly Layout[] = [
  { blocks: 2, rows: 5, columns: 7 },
  { blocks: 1, rows: 6, columns: 12 },
  { blocks: 5, rows: 16, columns: 1 },
];

// The mean squares of the SIMD passes are float32.
const FLOAT32_TOLERANCE = 1e-6;

/** Whether passes give the same results as plain loops on the backend in use. */
export function agreesWithPlainUnitPasses(passes: UnitPasses): boolean {
  return tidy(() => isClose(computeAll(passes), computeAll(plainUnitPasses), FLOAT32_TOLERANCE));
}

function computeAll(passes: UnitPasses): number[] {
  const x = tensorFrom(Float32Array.of(...ORDINARY, ...SPECIAL), [ORDINARY.length + SPECIAL.length]);
  const rms = tensorFrom(elementsOf(x).slice().reverse(), x.shape);
  return [
    ...LAYOUTS.flatMap((layout) => {
      const { blocks, rows, columns } = layout;
      const block = tensorFrom(ORDINARY.slice(0, blocks * rows * columns), [blocks, rows, columns]);
      const perUnit = ORDINARY.slice(3, 3 + blocks * columns);
      return [
        ...passes.sums(block, layout),
        ...passes.squares(block, layout),
        ...elementsOf(passes.scale(block, perUnit, layout)),
        ...elementsOf(passes.subtract(block, perUnit, layout)),
      ];
    }),
    ...[2, Infinity].flatMap((multiple) => {
      const { rms: next, exceeds } = passes.trackRms(x, rms, multiple, 0.875);
      return [Number(exceeds), ...elementsOf(next), ...elementsOf(passes.clampToMultiples(x, rms, multiple))];
    }),
  ];
}

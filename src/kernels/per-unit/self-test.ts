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

/** Whether passes give the same results as plain loops on the backend in use. */
export function agreesWithPlainUnitPasses(passes: UnitPasses): boolean {
  return tidy(() => isClose(computeAll(passes), computeAll(plainUnitPasses)));
}

function computeAll(passes: UnitPasses): number[] {
  const x = tensorFrom(Float32Array.of(...ORDINARY, ...SPECIAL), [ORDINARY.length + SPECIAL.length]);
  const rms = tensorFrom(elementsOf(x).slice().reverse(), x.shape);
  return [
    ...LAYOUTS.flatMap((layout) => {
      const { blocks, rows, columns } = layout;
      const block = tensorFrom(ORDINARY.slice(0, blocks * rows * columns), [blocks, rows, columns]);
      const perUnit = tensorFrom(ORDINARY.slice(3, 3 + blocks * columns), [blocks, columns]);
      return [
        ...passes.sums(block, layout),
        ...passes.squares(block, layout),
        ...elementsOf(passes.scale(block, perUnit, layout)),
        ...elementsOf(passes.subtract(block, perUnit, layout)),
      ];
    }),
    Number(passes.exceedsMultiples(x, rms, 2)),
    Number(passes.exceedsMultiples(x, rms, Infinity)),
    ...elementsOf(passes.clampToMultiples(x, rms, 2)),
    ...elementsOf(passes.movingRms(rms, x, 0.875)),
  ];
}

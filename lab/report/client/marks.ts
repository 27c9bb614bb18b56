import * as Plot from '@observablehq/plot';
import type { Drawing, Reading } from '../charts/drawing.ts';

const POINTERS = { point: Plot.pointer, column: Plot.pointerX, row: Plot.pointerY };

/** What shows the reading that the pointer is nearest to. */
export function pointedMarks(readings: readonly Reading[], near: Drawing['near']): Plot.Markish[] {
  return marksOf(readings, (place) => POINTERS[near](place));
}

/** What shows one reading for good. */
export function chosenMarks(reading: Reading): Plot.Markish[] {
  return marksOf([reading], (place) => place);
}

interface Place {
  readonly x?: string;
  readonly y?: string;
  readonly px?: string;
  readonly py?: string;
}

/** A line down to the axis, a ring around the point, and a box with what is said of it. */
function marksOf(readings: readonly Reading[], at: <Where extends Place>(place: Where) => Where): Plot.Markish[] {
  if (readings.length === 0) return [];
  const row = readings[0]?.facet === undefined ? {} : { fy: 'facet' };
  const names = new Set(readings.flatMap(({ facts }) => facts.map(([name]) => name)));
  const said = Object.fromEntries(
    [...names].map((name) => [name, ({ facts }: Reading) => facts.find(([one]) => one === name)?.[1]]),
  );
  return [
    Plot.ruleX(readings, { ...at({ px: 'x', py: 'y' }), ...row, x: 'x', stroke: 'currentColor', strokeOpacity: 0.4 }),
    Plot.dot(readings, { ...at({ x: 'x', y: 'y' }), ...row, r: 6, fill: 'none', stroke: 'color', strokeWidth: 2 }),
    Plot.tip(readings, {
      ...at({ x: 'x', y: 'y' }),
      ...row,
      channels: said,
      format: { x: false, y: false, fy: false },
      fill: 'var(--page)',
      stroke: 'var(--soft)',
      lineHeight: 1.25,
    }),
  ];
}

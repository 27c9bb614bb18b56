import * as Plot from '@observablehq/plot';
import type { Contest } from './best.ts';
import type { Html } from './html.ts';
import type { Ink } from './ink.ts';
import { shortNumber, svg, WIDTH } from './panel.ts';

/** Scores beyond this multiple of the baseline are marked at the edge, so that the others can be told apart. */
const OFF_SCALE = 1.5;

/**
 * Each strategy's score against the learning rate.
 *
 * What diverged stands in a row of crosses at the bad end, and what is off the scale in the same row as triangles.
 */
export function scoreChart({ contenders }: Contest, ink: Ink, baseline: number): Html {
  const rows = contenders.flatMap((contender) => contender.rows);
  const rates = [...new Set(rows.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
  const metric = rows[0]?.metric;
  const worse = metric?.better === 'higher' ? -1 : 1;
  const onScale = (score: number | null): score is number =>
    score !== null && (worse === 1 ? score <= OFF_SCALE * baseline : score >= baseline / OFF_SCALE);
  const scores = rows.flatMap(({ metric: { median } }) => (onScale(median) ? [median] : []));
  const [low, high] = [Math.min(baseline, ...scores), Math.max(baseline, ...scores)];
  const room = (high - low || 1) * 0.1;
  const edge = worse === 1 ? high + 2 * room : low - 2 * room;

  const marks = contenders.flatMap((contender, place) => {
    const stroke = ink.color(contender.strategy);
    const points = contender.rows.map(({ learningRate, metric: { median } }) => ({ rate: learningRate, median }));
    const reached = points.filter(({ median }) => onScale(median));
    const dashed = contender.strategy.id === 'none' ? { strokeDasharray: '5 3' } : {};
    const atEdge = { x: 'rate', y: () => edge, dx: 11 * (place - (contenders.length - 1) / 2) };
    return [
      Plot.line(reached, { x: 'rate', y: 'median', stroke, strokeWidth: 1.7, ...dashed }),
      Plot.dot(reached, { x: 'rate', y: 'median', fill: stroke, r: 3.2 }),
      Plot.dot(
        points.filter(({ median }) => median === null),
        { ...atEdge, symbol: 'times', stroke, strokeWidth: 2, r: 4.5 },
      ),
      Plot.dot(
        points.filter(({ median }) => median !== null && !onScale(median)),
        { ...atEdge, symbol: 'triangle', fill: stroke, r: 4, rotate: worse === 1 ? 0 : 180 },
      ),
    ];
  });
  const [first = 1, last = 1] = [rates[0], rates.at(-1)];
  return svg('Score by learning rate', {
    width: WIDTH,
    height: 260,
    marginLeft: 40,
    marginRight: 64,
    inset: 8,
    insetLeft: 36,
    insetRight: 36,
    x: {
      type: 'log',
      domain: rates.length > 1 ? [first, last] : [first / 2, first * 2],
      ticks: rates,
      tickFormat: shortNumber,
      label: 'learning rate',
    },
    y: {
      domain: [low - (worse === 1 ? room : 2 * room), high + (worse === 1 ? 2 * room : room)],
      label: metric?.name ?? 'score',
      grid: true,
      ticks: 6,
    },
    marks: [
      Plot.ruleY([baseline], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
      note(baseline, 'baseline'),
      ...(scores.length < rows.length ? [note(edge, 'diverged')] : []),
      ...marks,
    ],
  });
}

/** A word beside the frame, at the height of a value. */
function note(value: number, text: string): Plot.Markish {
  return Plot.text([value], {
    y: (height: number) => height,
    text: () => text,
    frameAnchor: 'right',
    textAnchor: 'start',
    dx: 6,
    fill: 'currentColor',
    fillOpacity: 0.75,
  });
}

import * as Plot from '@observablehq/plot';
import { sortUnique } from '../../analysis/sort-unique.ts';
import { formatPercent, formatScore } from '../../analysis/names.ts';
import { shortNumber, WIDTH, type Drawing, type DrawnCurve, type Fact, type Reading, type View } from './drawing.ts';

/**
 * Each strategy's score against the learning rate: the median with its interval, and a dot for each seed.
 *
 * Crosses at the bad end mark diverged settings, and triangles mark scores that are off the scale.
 */
export interface ScoreChart {
  readonly kind: 'score';
  readonly name: string;
  readonly metric: string;
  readonly better: 'lower' | 'higher';
  readonly baseline: number;
  /** A strategy's scores each. */
  readonly curves: readonly DrawnCurve<ScorePoint>[];
}

/** A strategy at one learning rate; null stands for a score that falls on a diverged run. */
export interface ScorePoint {
  readonly rate: number;
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Whether `low` and `high` are the range of the scores, not a 95 % interval. */
  readonly isRange: boolean;
  /** The score of each seed; null for a diverged run. */
  readonly scores: readonly (number | null)[];
  readonly seeds: number;
  readonly diverged: number;
  readonly clipRate: number;
}

/** Scores beyond this multiple of the baseline are marked at the edge, so that the others can be told apart. */
const OFF_SCALE = 1.5;
const MARGIN = { marginLeft: 40, marginRight: 64 };
const INSET = 36;
/** Marks that would lie on one another stand so many pixels apart. */
const APART = 11;

/** Draws it. */
export function scoreDrawing(chart: ScoreChart, { hidden }: View): Drawing {
  const { baseline, metric } = chart;
  const rates = sortUnique(chart.curves.flatMap(({ points }) => points.map(({ rate }) => rate)));
  const curves = chart.curves.filter(({ label }) => !hidden.has(label));
  const all = curves.flatMap(({ points }) => points);
  const worse = chart.better === 'higher' ? -1 : 1;
  const isOnScale = ({ median }: ScorePoint): boolean =>
    median !== null && (worse === 1 ? median <= OFF_SCALE * baseline : median >= baseline / OFF_SCALE);
  const scores = all.filter(isOnScale).map(({ median }) => median as number);
  const [low, high] = [Math.min(baseline, ...scores), Math.max(baseline, ...scores)];
  const room = (high - low || 1) * 0.1;
  const edge = worse === 1 ? high + 2 * room : low - 2 * room;
  const [first, last] = rateDomain(rates);
  const onePixel = (last / first) ** (1 / (WIDTH - MARGIN.marginLeft - MARGIN.marginRight - 2 * INSET));

  const placed = curves.map((curve, place) => {
    const aside = onePixel ** (APART * (place - (curves.length - 1) / 2));
    const points = curve.points.map((point) =>
      isOnScale(point)
        ? { ...point, x: rates.length > 1 ? point.rate : point.rate * aside, y: point.median as number, onScale: true }
        : { ...point, x: point.rate * aside, y: edge, onScale: false },
    );
    return { ...curve, points };
  });

  const frame = [low - (worse === 1 ? room : 2 * room), high + (worse === 1 ? 2 * room : room)] as const;
  const isInFrame = (score: number | null): boolean => score !== null && score >= frame[0] && score <= frame[1];
  /** An end of the error bar. It stops at the frame if the end is farther or falls on a diverged run. */
  const bound = (end: 'low' | 'high') => (point: ScorePoint) => {
    const atFrame = (end === 'low') === (worse === -1) ? edge : frame[end === 'low' ? 0 : 1];
    return isInFrame(point[end]) ? point[end] : atFrame;
  };

  return {
    options: {
      width: WIDTH,
      height: 268,
      ...MARGIN,
      marginBottom: 42,
      inset: 8,
      insetLeft: INSET,
      insetRight: INSET,
      x: { type: 'log', domain: [first, last], ticks: rates, tickFormat: shortNumber, label: 'learning rate' },
      y: {
        domain: [...frame],
        label: metric,
        grid: true,
        ticks: 6,
      },
      marks: [
        Plot.ruleY([baseline], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
        note(baseline, 'baseline'),
        ...(scores.length < all.length ? [note(edge, edgeWords(all, isOnScale))] : []),
        ...placed.flatMap(({ color, dash, points }) => [
          Plot.ruleX(
            points.filter(({ onScale, seeds }) => onScale && seeds > 1),
            { x: 'x', y1: bound('low'), y2: bound('high'), stroke: color, strokeOpacity: 0.5 },
          ),
          Plot.line(
            points.filter(({ onScale }) => onScale),
            { x: 'x', y: 'y', stroke: color, strokeWidth: 1.7, strokeDasharray: dash },
          ),
          Plot.dot(
            points.filter(({ onScale }) => onScale),
            { x: 'x', y: 'y', fill: color, r: 3.2 },
          ),
          Plot.dot(
            points
              .filter(({ onScale }) => onScale)
              .flatMap(({ x, scores }) => scores.filter(isInFrame).map((y) => ({ x, y }))),
            { x: 'x', y: 'y', fill: color, fillOpacity: 0.45, r: 1.6 },
          ),
          Plot.dot(
            points.filter(({ median }) => median === null),
            { x: 'x', y: 'y', symbol: 'times', stroke: color, strokeWidth: 2, r: 4.5 },
          ),
          Plot.dot(
            points.filter(({ median, onScale }) => median !== null && !onScale),
            { x: 'x', y: 'y', symbol: 'triangle', fill: color, r: 4, rotate: worse === 1 ? 0 : 180 },
          ),
        ]),
      ],
    },
    near: 'point',
    readings: () =>
      placed.flatMap(({ label, color, points }) =>
        points.map((point): Reading => ({
          line: label,
          x: point.x,
          y: point.y,
          color,
          facts: [['strategy', label], ...factsOf(point, metric)],
        })),
      ),
  };
}

function rateDomain(rates: readonly number[]): [number, number] {
  const [first = 1, last = 1] = [rates[0], rates.at(-1)];
  return rates.length > 1 ? [first, last] : [first / 2, first * 2];
}

function factsOf({ rate, median, low, high, isRange, seeds, diverged, clipRate }: ScorePoint, metric: string): Fact[] {
  const word = (score: number | null): string => (score === null ? 'diverged' : formatScore(score));
  return [
    ['learning rate', String(rate)],
    [metric, word(median)],
    ...(seeds > 1 && median !== null
      ? [[isRange ? 'range' : '95 % interval', `${word(low)} to ${word(high)}`] as const]
      : []),
    ['seeds', diverged === 0 ? String(seeds) : `${seeds}; ${diverged} diverged`],
    ['steps clipped', formatPercent(clipRate)],
  ];
}

/** What the marks at the bad end stand for. */
function edgeWords(points: readonly ScorePoint[], isOnScale: (point: ScorePoint) => boolean): string {
  const isLost = ({ median }: ScorePoint): boolean => median === null;
  const isOff = (point: ScorePoint): boolean => !isLost(point) && !isOnScale(point);
  return [points.some(isLost) ? 'diverged' : '', points.some(isOff) ? 'off scale' : ''].filter(Boolean).join('\n');
}

/** Words beside the frame, at the height of a value. */
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

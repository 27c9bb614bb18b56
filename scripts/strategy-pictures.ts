// Draws the picture of each strategy's page by running the strategy, with the options that the page names under it.
import '@tensorflow/tfjs-backend-cpu';
import * as Plot from '@observablehq/plot';
import { enableProdMode, tensor, tidy, type TensorLike } from '@tensorflow/tfjs-core';
import type { ClippingStrategy, NamedTensors } from 'gradclip';
import * as s from 'gradclip/strategies';
import { parseHTML } from 'linkedom';

const BEFORE = { stroke: 'currentColor', strokeOpacity: 0.45 } as const;
const AFTER = '#e0701a';
const STEPS = 200;
const HIGHEST = 3;
const SPIKES: Readonly<Record<number, number>> = { 75: 7, 76: 5, 140: 6, 175: 4 };

type Lists = Readonly<Record<string, TensorLike>>;
interface Step {
  readonly gradients: Readonly<Record<string, number[]>>;
  readonly isSkipped: boolean;
}

const pictures: Readonly<Record<string, () => string>> = {
  'global-norm': () => curve(s.globalNorm({ maxNorm: 1 })),
  'soft-norm': () => curve(s.softNorm({ maxNorm: 1 })),
  normalize: () => curve(s.normalize({ norm: 1 })),
  none: () => curve(s.none()),
  'block-rms': () => curve(s.blockRms({ maxRms: 1 }), 'root mean square', 2),
  'per-value': () => elements(s.perValue({ maxAbs: 1 }), [0.4, -2.5, 0.9, 1.8, -0.6, 3.2]),
  centralize: () => elements(s.centralize(), [0.4, -0.5, 0.9, 1.8, -0.2, 2.1]),
  'per-variable': () => variables(s.perVariable({ maxNorm: 1 })),
  'per-layer': () => variables(s.perLayer({ maxNorm: 1 })),
  agc: units,
  'adaptive-percentile': () => series(s.adaptivePercentile()),
  'z-clip': () => series(s.zClip()),
  'ada-gc': () => series(s.adaGc({ warmup: 50 })),
  'ema-ratio': () => series(s.emaRatio()),
  'quantile-tracking': () => series(s.quantileTracking()),
  'spike-skip': () => series(s.spikeSkip({ decay: 0.98 })),
  'norm-growth': () => series(s.normGrowth()),
  'element-spike': () => series(s.elementSpike({ threshold: 50 }), 'magnitude of one element'),
};

/** Returns the picture of each strategy, by the path of its file. */
export function strategyPictures(): Readonly<Record<string, () => string>> {
  // Otherwise tfjs prints an advice about Node.
  enableProdMode();
  return Object.fromEntries(
    Object.entries(pictures).map(([id, draw]) => [`docs/images/strategies/${id}.svg`, () => `${draw()}\n`]),
  );
}

/** The norm after clipping, by the norm before. */
function curve(strategy: ClippingStrategy, what = 'norm', perElement = 1): string {
  const before = Array.from({ length: 41 }, (_, index) => index / 10);
  // Four equal elements, so that their norm is twice their root mean square.
  const after = before.map((length) => {
    const [step] = run(strategy, [{ w: Array<number>(4).fill((length * perElement) / 2) }]);
    return lengthOf(step?.gradients['w']) / perElement;
  });
  return drawn({
    x: { label: `${what} before →`, domain: [0, 4], ticks: 5 },
    y: { label: `↑ ${what} after`, domain: [0, 4], ticks: 5, grid: true },
    marks: [
      Plot.line(before, { x: before, y: before, ...BEFORE, strokeDasharray: '4 3' }),
      Plot.line(before, { x: before, y: after, stroke: AFTER, strokeWidth: 2.5 }),
    ],
  });
}

/** The elements of one unit's gradient, before and after. */
function elements(strategy: ClippingStrategy, before: readonly number[]): string {
  const [step] = run(strategy, [{ w: before.map((element) => [element]) }]);
  const names = before.map((_, index) => `element ${index + 1}`);
  return bars(names, before, (step?.gradients['w'] ?? []).flat(), '↑ gradient', {
    tickFormat: (name: string) => name.slice(8),
  });
}

/** The norms of the gradients of two layers' variables, before and after. */
function variables(strategy: ClippingStrategy): string {
  const gradients: Lists = {
    'lstm/kernel': [1.5, 1.5],
    'lstm/recurrent': [2, 1.8],
    'lstm/bias': [0.6],
    'dense/kernel': [0.5, 0.5],
  };
  const [step] = run(strategy, [gradients]);
  const names = Object.keys(gradients);
  const after = names.map((name) => lengthOf(step?.gradients[name]));
  const before = names.map((name) => lengthOf(gradients[name]));
  return bars(names, before, after, '↑ norm', { tickFormat: (name: string) => name.replace('/', '/\n') });
}

/** The norms of the gradients of six units, before and after, with the limit that the weights of each unit set. */
function units(): string {
  const weights = [2, 4, 1, 3, 0.5, 2];
  const before = [0.1, 0.35, 0.3, 0.2, 0.02, 0.45];
  const [step] = run(s.agc({ ratio: 0.1 }), [{ w: [before, before.map(() => 0)] }], {
    w: [weights, weights.map(() => 0)],
  });
  const [after = []] = (step?.gradients['w'] ?? []) as unknown as number[][];
  const names = before.map((_, index) => `unit ${index + 1}`);
  const limits = weights.map((weight) => 0.1 * weight);
  return bars(names, before, after, '↑ norm of a unit', { tickFormat: (name: string) => name.slice(5) }, limits);
}

function bars(
  names: readonly string[],
  before: readonly number[],
  after: readonly number[],
  label: string,
  fx: Plot.ScaleOptions,
  limits?: readonly number[],
): string {
  const at = (values: readonly number[], x: string): Plot.BarYOptions => ({ fx: names, x: () => x, y: values });
  return drawn({
    fx: { label: null, domain: names, padding: 0.15, axis: 'bottom', ...fx },
    x: { axis: null, domain: ['before', 'after'], padding: 0 },
    y: { label, grid: true, ticks: 5 },
    marks: [
      Plot.barY(names, { ...at(before, 'before'), fill: 'currentColor', fillOpacity: 0.3 }),
      Plot.barY(names, { ...at(after, 'after'), fill: AFTER }),
      Plot.ruleY([0]),
      ...(limits ? [Plot.tickY(names, { fx: names, y: limits, strokeWidth: 2, strokeDasharray: '4 3' })] : []),
    ],
  });
}

/** The norms of 200 steps with four spikes, before and after. */
function series(strategy: ClippingStrategy, what = 'norm'): string {
  const random = mulberry32(7);
  const before = Array.from(
    { length: STEPS },
    (_, step) => SPIKES[step] ?? (0.7 + 0.6 * Math.exp(-step / 60)) * (0.8 + 0.4 * random()),
  );
  const steps = run(
    strategy,
    before.map((length) => ({ w: [length] })),
  );
  const indices = before.map((_, step) => step);
  const after = steps.map(({ gradients, isSkipped }) => (isSkipped ? NaN : lengthOf(gradients['w'])));
  const skipped = indices.filter((step) => steps[step]?.isSkipped);
  const spikes = Object.keys(SPIKES)
    .map(Number)
    .filter((step) => !(step - 1 in SPIKES));
  return drawn({
    x: { label: 'step →', ticks: 5 },
    y: { label: `↑ ${what}`, domain: [0, HIGHEST], ticks: 4, grid: true },
    marks: [
      // Spikes leave through the top, so that the ordinary steps can be seen; their norm stands beside them.
      Plot.line(indices, { x: indices, y: before, clip: true, ...BEFORE }),
      Plot.text(spikes, { x: spikes, y: () => HIGHEST, text: (step) => SPIKES[step], dx: 9, dy: 7, fillOpacity: 0.6 }),
      Plot.line(indices, { x: indices, y: after, stroke: AFTER, strokeWidth: 1.8 }),
      Plot.dot(skipped, { x: skipped, y: () => 0, symbol: 'times', stroke: AFTER }),
      Plot.text(skipped.slice(0, 1), {
        x: skipped.slice(0, 1),
        y: () => 0,
        text: () => 'skipped',
        dy: -12,
        fill: AFTER,
      }),
    ],
  });
}

/** Runs a strategy over the gradients of several steps. */
function run(strategy: ClippingStrategy, steps: readonly Lists[], parameters: Lists = steps[0] ?? {}): Step[] {
  const results: Step[] = [];
  tidy(() => {
    const weights = tensorsOf(parameters);
    let state = strategy.init(weights);
    for (const [step, lists] of steps.entries()) {
      const clipped = strategy.clip(tensorsOf(lists), state, { step, parameters: weights });
      state = clipped.state;
      results.push({
        gradients: Object.fromEntries(
          Object.entries(clipped.gradients).map(([name, one]) => [name, one.arraySync() as number[]]),
        ),
        isSkipped: clipped.skip?.dataSync()[0] === 1,
      });
    }
  });
  return results;
}

const tensorsOf = (lists: Lists): NamedTensors =>
  Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, tensor(list)]));

const lengthOf = (list: TensorLike = []): number => Math.hypot(...([list].flat(9) as number[]));

/** Small and the same everywhere, so that pictures change only with the strategies. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const STYLE = ':root { color: #222; } @media (prefers-color-scheme: dark) { :root { color: #ddd; } }';

function drawn({ marks = [], ...options }: Plot.PlotOptions): string {
  const legend = { facet: 'super', frameAnchor: 'top-right', dy: -14 } as const;
  const svg = Plot.plot({
    document: parseHTML('<html></html>').document as unknown as Document,
    ...{ width: 420, height: 220, marginTop: 26, marginBottom: 36, marginLeft: 40, marginRight: 8 },
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '13px', background: 'none' },
    ...options,
    marks: [
      ...marks,
      Plot.text(['before'], { ...legend, dx: -48, fillOpacity: 0.6 }),
      Plot.text(['after'], { ...legend, fill: AFTER, fontWeight: 600 }),
    ],
  });
  svg.querySelector('style')!.textContent = STYLE;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // Pixels to a tenth.
  return svg.outerHTML.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))));
}

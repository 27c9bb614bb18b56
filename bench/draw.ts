// Draws the growth curves of a results file: `node bench/dist/draw.js [results.json] [folder]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthRow } from './growth.ts';

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [results = here('results/latest.json'), folder = here('../docs/guide')] = process.argv.slice(2);
const { growth } = JSON.parse(readFileSync(results, 'utf8')) as { growth: GrowthRow[] };
const { document } = parseHTML('<!doctype html><html><body></body></html>');

const COLORS: Readonly<Record<string, string>> = {
  'usual tfjs idiom': '#8a8f98',
  'gradclip, clipping': '#d2691e',
  'gradclip, not clipping': '#1f6fb2',
};

const LABELS = { elements: 'elements of one tensor', tensors: 'tensors of 1000 elements' };

for (const axis of ['elements', 'tensors'] as const) {
  const rows = growth.filter((row) => row.axis === axis);
  const last = Math.max(...rows.map(({ count }) => count));
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 760,
    height: 300,
    marginLeft: 56,
    marginRight: 20,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: 'white', color: '#222' },
    fx: { label: null, domain: ['wasm', 'cpu'] },
    x: { type: 'log', label: LABELS[axis], tickFormat: '~s', ticks: 5 },
    y: { type: 'log', label: 'ms for one clip by global norm', grid: true, tickFormat: '~g', ticks: 5 },
    marks: [
      Plot.line(rows, {
        fx: 'backend',
        x: 'count',
        y: 'ms',
        z: 'method',
        stroke: ({ method }: GrowthRow) => COLORS[method],
        strokeWidth: 1.8,
      }),
      Plot.dot(rows, { fx: 'backend', x: 'count', y: 'ms', fill: ({ method }: GrowthRow) => COLORS[method], r: 3 }),
      ...labels(rows.filter(({ count }) => count === last)),
      Plot.frame({ stroke: '#ccc' }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const path = `${folder}/growth-${axis}.svg`;
  writeFileSync(path, `${svg.outerHTML}\n`);
  console.log(`written: ${path}`);
}

/** Names each curve at its last point: the lowest below it, the others above. */
function labels(ends: readonly GrowthRow[]): Plot.Markish[] {
  const lowest = 'gradclip, not clipping';
  return [true, false].map((below) =>
    Plot.text(
      ends.filter(({ method }) => (method === lowest) === below),
      {
        fx: 'backend',
        x: 'count',
        y: 'ms',
        text: 'method',
        fill: ({ method }: GrowthRow) => COLORS[method],
        textAnchor: 'end',
        dx: -8,
        dy: below ? 12 : -8,
      },
    ),
  );
}

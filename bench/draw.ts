// Draws the growth charts of a results file: `node bench/dist/draw.js [results.json] [folder]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthRow } from './growth.ts';

const benchPath = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [results = benchPath('results/latest.json'), folder = benchPath('../docs/guide')] = process.argv.slice(2);
const { growth } = JSON.parse(readFileSync(results, 'utf8')) as { growth: GrowthRow[] };
const { document } = parseHTML('<!doctype html><html><body></body></html>');

const COLORS: Readonly<Record<string, string>> = {
  'usual tfjs idiom': '#8a8f98',
  'gradclip, clipping': '#d2691e',
  'gradclip, not clipping': '#3a8bd0',
};
const STYLE = ':root { color: #222; } @media (prefers-color-scheme: dark) { :root { color: #ddd; } }';

const colorOf = ({ method }: GrowthRow) => COLORS[method];

const LABELS = { elements: 'elements of one tensor', tensors: 'tensors of 1000 elements' };

for (const axis of ['elements', 'tensors'] as const) {
  const rows = growth.filter((row) => row.axis === axis);
  const largest = Math.max(...rows.map(({ count }) => count));
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 760,
    height: 320,
    marginTop: 44,
    marginBottom: 40,
    marginLeft: 52,
    marginRight: 140,
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: 'none' },
    fx: { label: null, domain: ['wasm', 'cpu'] },
    x: { type: 'log', labelAnchor: 'center', label: LABELS[axis], tickFormat: '~s', ticks: 5 },
    y: { type: 'log', label: 'ms for one clip by global norm', grid: true, tickFormat: '~g', ticks: 5 },
    marks: [
      Plot.line(rows, {
        fx: 'backend',
        x: 'count',
        y: 'ms',
        z: 'method',
        stroke: colorOf,
        strokeWidth: 1.8,
      }),
      Plot.dot(rows, { fx: 'backend', x: 'count', y: 'ms', fill: colorOf, r: 3 }),
      Plot.text(
        rows.filter(({ backend, count }) => backend === 'cpu' && count === largest),
        { fx: 'backend', x: 'count', y: 'ms', text: 'method', fill: colorOf, textAnchor: 'start', dx: 8 },
      ),
      Plot.frame({ strokeOpacity: 0.25 }),
    ],
  });
  svg.querySelector('style')!.textContent = STYLE;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const path = `${folder}/growth-${axis}.svg`;
  writeFileSync(path, `${svg.outerHTML}\n`);
  console.log(`written: ${path}`);
}

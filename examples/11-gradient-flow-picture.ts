import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import * as tf from '@tensorflow/tfjs';
import { clipBackprop, fastOrthogonal, gradientFlow } from 'gradclip/recurrent';
import { parseHTML } from 'linkedom';

const xs = tf.randomNormal([16, 50, 4], 0, 1, 'float32', 1);
const { glorotUniform, randomNormal } = tf.initializers;

async function flowOf(line: string, gain: number, maxNorm: number) {
  const kernelInitializer = randomNormal({ stddev: 0.05, seed: 2 });
  const recurrentInitializer = fastOrthogonal({ gain, seed: 3 });
  const rnn = tf.layers.simpleRNN({ units: 32, inputShape: [50, 4], kernelInitializer, recurrentInitializer });
  const head = tf.layers.dense({ units: 1, kernelInitializer: glorotUniform({ seed: 4 }) });
  const model = tf.sequential({ layers: [clipBackprop(rnn, { maxNorm }), head] });
  const [flow] = await gradientFlow(model, xs, tf.zeros([16, 1]), 'meanSquaredError');
  return (flow?.norms ?? []).map((norm, step) => ({ line, step: step + 1, norm }));
}
const points = [
  ...(await flowOf('vanishing: σ₁ = 0.8', 0.8, Infinity)),
  ...(await flowOf('exploding: σ₁ = 1.8', 1.8, Infinity)),
  ...(await flowOf('the same, clipped at each step', 1.8, 0.3)),
];

const middle = points.filter(({ step }) => step === 10);
const label = { x: 'step', y: 'norm', text: 'line', fill: 'line', textAnchor: 'start', fontWeight: 600 } as const;
const figure = Plot.plot({
  document: parseHTML('<html></html>').document,
  width: 760,
  ...{ marginTop: 36, marginLeft: 64, marginBottom: 48 },
  style: { fontFamily: 'DejaVu Sans, Helvetica, sans-serif', fontSize: '13px', background: 'none' },
  color: { domain: middle.map(({ line }) => line), range: ['#5a80e6', '#d9485a', '#24965a'] },
  x: { label: 'time step t (the loss looks at step 50) →', labelOffset: 42, ticks: [1, 10, 20, 30, 40, 50] },
  y: { label: '‖∂L/∂hₜ‖', type: 'log', domain: [1e-7, 1e3], grid: true, ticks: 5, tickFormat: '.0e' },
  marks: [
    Plot.line(points, { x: 'step', y: 'norm', stroke: 'line', strokeWidth: 2 }),
    Plot.text(middle.slice(0, 1), { ...label, dy: 18 }),
    Plot.text(middle.slice(1), { ...label, dy: -14 }),
  ],
});
figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
figure.querySelector('style')!.textContent = ':root { color-scheme: light dark; color: light-dark(#222, #ddd) }';
const svg = `${figure.outerHTML}\n`;
if (process.env['PICTURE']) writeFileSync(process.env['PICTURE'], svg);
console.log(`${points.length} points, ${svg.length} bytes of SVG; PICTURE=flow.svg writes it`);

// Gradients as no test would write them, and two models in one page, on the backends of a browser.
import { version_core } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import type { Row } from '../../reliability/figures.ts';
import { EXACT, trySets } from '../../reliability/sets.ts';
import { trainTogether } from '../../reliability/together.ts';
import { workingDevices } from './devices.ts';
import { registerWasm } from './wasm-files.ts';

registerWasm();
// Not webgpu, on which nothing can be read at once.
const backends = ['wasm', ...(await workingDevices()).filter((backend) => backend === 'webgl')];

// In full: VITE_RELIABILITY=full. A software renderer takes a second for what a cpu does at once.
const full = import.meta.env['VITE_RELIABILITY'] === 'full';
const SETS: Readonly<Record<string, number>> = { wasm: 84, webgl: 42 };
const AN_HOUR = 3_600_000;

// Shaders divide and root to a few units in the last place, and take denormals for 0.
const SHADERS = { relative: 1e-5, absolute: 1e-37 };

/** Tries each backend, and in full files what was measured. */
async function tried(subject: string, run: (backend: string) => Promise<Row>): Promise<void> {
  const begun = performance.now();
  const rows: Row[] = [];
  for (const backend of backends) rows.push(await run(backend));
  expect(rows.map((row) => row['backend'])).toEqual(expect.arrayContaining(['wasm', 'webgl']));
  if (!full) return;
  const seconds = Math.round((performance.now() - begun) / 1000);
  const browser = /Chrom\w*\/\d+/.exec(navigator.userAgent)?.[0].replace('/', ' ') ?? 'a browser';
  const environment = `${browser} with a software renderer, tfjs ${version_core}, ${navigator.hardwareConcurrency} cores`;
  const figures = JSON.stringify({ seconds, environment, rows }, undefined, 2);
  await commands.writeFile(`test/reliability/figures/${subject}.json`, `${figures}\n`);
}

it('gradients of any kind come out as the strategy and the policy promise', { timeout: AN_HOUR }, () =>
  tried('gradients-in-a-browser', (backend) =>
    trySets(backend, full ? 1000 : (SETS[backend] ?? 0), backend === 'wasm' ? EXACT : SHADERS),
  ),
);

it('two models in one page train as each does alone', { timeout: AN_HOUR }, () =>
  tried('together-in-a-browser', (backend) => trainTogether(backend, full ? 100 : 10)),
);

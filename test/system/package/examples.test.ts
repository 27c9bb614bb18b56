// Every example, from the packed package in an empty project: compiled for a Node that knows no TypeScript, and as it
// stands by one that does.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { node, nodeOf, ROOT, run, type Outcome } from './run.ts';
import { NODES } from './versions.ts';

const { container, lab } = inject('installed');
const folder = join(ROOT, 'examples');
const programs = readdirSync(folder).filter((name) => name.endsWith('.ts'));

/** What a reader can check; all of it is in the output, in this order. */
const PRINTED: Record<string, readonly RegExp[]> = {
  '01': [
    /^loss without clipping: NaN/m,
    /^loss with clipping: .*0\.\d+$/m,
    /^clipped \d of 48 steps$/m,
    /largest 48\d/,
  ],
  '02': [/^epoch 0: loss \d+\.\d\d, norm \d+\.\d\d → [012]\.\d\d$/m, /^epoch 5:/m, /by epoch: [01]/],
  '03': [
    /^step 19: norm \d{4}\.\d\d → \d\.\d\d, slope 3\.\d\d$/m,
    /^step 79: norm \d{4}\.\d\d → 0\.10, slope 3\.\d\d$/m,
  ],
  '04': [/^encoder: largest norm before clipping \d\.\d\d$/m, /^\d+ of 40 steps were clipped$/m],
  '05': [
    /had NaN or Infinity; the step was skipped\.$/m,
    /the gradients exploded\./,
    /^loss without clipping: NaN$/m,
    /^loss with clipping: \d\.\d;/m,
  ],
  '06': [/^largest difference after resuming: 0$/m],
  '07': [/^18 strategies, such as none, /m, /"percentile":90,"window":1000/],
  '08': [/^step 0: norm 3\.00 → 0\.02$/m, /^step 99: norm 3\.00 → 2\.00$/m, /^step 149: norm 3\.00 → 2\.00$/m],
  '09': [/^plain: .*head: \d{4}\.\d\d, /m, /^clipped: .*head: \d\.\d\d, /m],
  '10': [/^ {2}‖∂L\/∂h‖ at step 40: \d\.\de-?\+?\d/m],
  '11': [/^150 points, \d{4,5} bytes of SVG/m],
  '12': [/Fused/, /^largest difference of their predictions: \d(e-\d)?/m, /^fused: \d+ ms a step on cpu$/m],
  '13': [/^none, seed 1\n {2}diverged, error /m, /^global-norm, seed 1\n {2}finished, error 0\.\d{3}$/m],
  '14': [/^none$/m, /^largest-element$/m, /^ {2}step 0: ‖g‖ 2\d\d\.\d{3} → \d\d\.\d{3}$/m],
};
const NEEDS_THE_LAB = /from '(gradclip-lab|linkedom|@observablehq\/plot)'/;

const newest = NODES.at(-1) ?? '';

function expectPrinted(name: string, { code, out, err }: Outcome): void {
  expect(code, err).toBe(0);
  let rest = out;
  const expected = PRINTED[name.slice(0, 2)] ?? [];
  expect(expected).not.toEqual([]);
  for (const part of expected) {
    expect(rest).toMatch(part);
    rest = rest.slice(rest.search(part));
  }
}

describe.each(programs)('the example %s, from the packed package,', (name) => {
  const source = readFileSync(join(folder, name), 'utf8');
  const project = NEEDS_THE_LAB.test(source) ? lab : container;

  it('prints its documented output when compiled', async () => {
    const { code } = await transform(source, { loader: 'ts', target: 'node20' });
    const file = name.replace(/ts$/, 'js');
    writeFileSync(join(project, file), code);
    expectPrinted(name, await node(project, file));
  });

  it(`prints its documented output without compilation in Node ${newest}`, async () => {
    cpSync(join(folder, name), join(project, name));
    expectPrinted(name, await run(project, await nodeOf(newest, project), name));
  });
});

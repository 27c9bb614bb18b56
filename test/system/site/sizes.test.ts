// Compares each row of the table of sizes in docs/guide/in-the-browser.md with a bundle.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../docs/pages.ts';
import { bundleFromSource } from '../../support/bundle-from-source.ts';

const core = (names: string): string => `export { ${names} } from 'gradclip';`;
const one = `export { globalNorm } from 'gradclip/strategies';`;
const recurrent = (names: string): string => `export { ${names} } from 'gradclip/recurrent';`;

const programs = [
  core('clipOptimizer') + one,
  core('clipOptimizer, chain, partition, scheduled, accumulated') + one,
  `${core('clipOptimizer')} export * from 'gradclip/strategies';`,
  `${core('clipOptimizer')} export { createContainer, TOKENS } from 'gradclip/container'; export { allStrategies } from 'gradclip/strategies';`,
  recurrent('clipBackprop'),
  recurrent('gradientFlow'),
  recurrent('fusedLSTM, accelerate'),
  `export { repairWasmBackend } from 'gradclip/wasm';`,
];

const rows = [...textOf('docs/guide/in-the-browser.md').matchAll(/^\| (.*`.*) \| ([\d.]+) \|$/gm)].map(
  ([, what = '', size]) => ({ what, kilobytes: Number(size) }),
);

describe('the table of sizes', () => {
  it('has a row for each of these programs', () => {
    expect(rows).toHaveLength(programs.length);
  });

  it.each(rows.map((row, index) => ({ ...row, program: programs[index] ?? '' })))(
    'gives the size that a page loads with $what',
    async ({ program, kilobytes }) => {
      const measured = gzipSync((await bundleFromSource(program)).code, { level: 9 }).length / 1000;
      // The tolerance keeps small changes of the source from needing a new table.
      expect(Math.abs(measured - kilobytes), `it is ${measured.toFixed(1)} kB`).toBeLessThan(0.5 + 0.03 * kilobytes);
    },
  );
});

// What a user pays who wraps an optimizer with one strategy: everything else must fall out of the bundle.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundled } from '../system/package/bundled.ts';

const BUDGET_BYTES = 17_000;

describe('a bundle of the wrapper and one strategy, tfjs apart', () => {
  it(`is under ${BUDGET_BYTES} bytes gzipped and contains no InversifyJS`, async () => {
    const { code, modules } = await bundled(`
      export { clipOptimizer } from 'gradclip';
      export { globalNorm } from 'gradclip/strategies';
    `);
    const bytes = gzipSync(code, { level: 9 }).length;
    console.log(`wrapper and one strategy: ${bytes} bytes gzipped, ${code.length} as text`);
    expect(code).toContain('global-norm');
    expect(modules.filter((name) => /inversify|reflect-metadata/.test(name))).toEqual([]);
    expect(modules.filter((name) => /^strategies\/(?!global-norm|_|index)/.test(name))).toEqual([]);
    expect(bytes, `modules: ${modules.join(', ')}`).toBeLessThan(BUDGET_BYTES);
  });

  it('grows with what is imported, so the measure measures', async () => {
    const one = await bundled(`export { globalNorm } from 'gradclip/strategies';`);
    const all = await bundled(`export { shelf } from 'gradclip/strategies';`);
    expect(all.code.length).toBeGreaterThan(one.code.length);
  });
});

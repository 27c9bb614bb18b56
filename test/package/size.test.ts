// What a user pays who wraps an optimizer with one strategy: everything else must fall out of the bundle.
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const BUDGET_BYTES = 17_000;

async function bundled(program: string): Promise<{ code: string; modules: string[] }> {
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['source', 'module', 'browser', 'default'] },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'virtual:program' ? `${root}program.js` : undefined),
        load: (id) => (id === `${root}program.js` ? program : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      minify: 'oxc',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: 'virtual:program',
        external: [/^@tensorflow\//],
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = result.output.filter((file) => file.type === 'chunk');
  return {
    code: chunks.map((chunk) => chunk.code).join('\n'),
    modules: chunks.flatMap((chunk) =>
      Object.entries(chunk.modules)
        .filter(([, module]) => module.renderedLength > 0)
        .map(([name]) => name.replace(root, '')),
    ),
  };
}

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

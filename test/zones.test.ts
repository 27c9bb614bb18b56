// The arrows of the house, read from the import lines themselves: src knows no strategy, a strategy knows only
// the framework, and inside src each layer sees only those below it. ESLint checks the same in the editor.
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Zone {
  readonly files: RegExp;
  readonly except?: RegExp;
  /** What an import may name: a path from the root of the repository, or a package. */
  readonly mayImport: RegExp;
}

const tfjsCore = '@tensorflow/tfjs-core$';

/** Every file of `src` and `strategies` falls under exactly one of these. */
const layers: Record<string, Zone> = {
  kernels: { files: /^src\/kernels\//, mayImport: RegExp(`^(src/kernels/|${tfjsCore})`) },
  core: { files: /^src\/core\//, mayImport: RegExp(`^(src/(kernels|core)/|valibot$|${tfjsCore})`) },
  combinators: {
    files: /^src\/combinators\//,
    mayImport: RegExp(`^(src/(kernels|core|combinators)/|valibot$|${tfjsCore})`),
  },
  optimizer: {
    files: /^src\/(optimizer\/|(optimizer|registry)\.ts$)/,
    mayImport: RegExp(
      `^(src/(kernels|core|combinators|optimizer)/|src/(optimizer|registry)\\.ts$|valibot$|${tfjsCore})`,
    ),
  },
  container: {
    files: /^src\/container\.ts$/,
    mayImport: RegExp(
      `^(src/(kernels|core|combinators|optimizer)/|src/(optimizer|registry)\\.ts$|inversify$|reflect-metadata(/lite)?$|${tfjsCore})`,
    ),
  },
  'the public face': {
    files: /^src\/index\.ts$/,
    mayImport: /^src\/((kernels|core|combinators|optimizer)\/|(optimizer|registry|container)\.ts$)/,
  },
  'gradclip/wasm': {
    files: /^src\/wasm\//,
    mayImport: RegExp(`^(src/(kernels|core|wasm)/|@tensorflow/tfjs-backend-wasm$|${tfjsCore})`),
  },
  'gradclip/recurrent': {
    files: /^src\/recurrent\//,
    mayImport: RegExp(`^(src/(kernels|core|recurrent)/|@tensorflow/tfjs-layers$|${tfjsCore})`),
  },
  'gradclip/testing': {
    files: /^src\/testing\//,
    mayImport: RegExp(
      `^(src/(kernels|core|combinators|optimizer|testing)/|src/(optimizer|registry)\\.ts$|vitest$|fast-check$|${tfjsCore})`,
    ),
  },
  'a strategy': {
    files: /^strategies\/(?!index\.ts$)/,
    mayImport: RegExp(`^(gradclip$|strategies/_[a-z-]+\\.ts$|${tfjsCore})`),
  },
  'the shelf': { files: /^strategies\/index\.ts$/, mayImport: /^(gradclip$|strategies\/[a-z-]+\.ts$)/ },
};

/** The house around them. */
const surroundings: Record<string, Zone> = {
  'the lab': { files: /^lab\//, mayImport: /^(?!src\/|strategies\/|playground\/|test\/|inversify$)/ },
  'the lab, where it also runs in a browser': {
    files: /^lab\//,
    except: /^lab\/(node|cli)\/|\/(cli|bin|worker)\.ts$|\.config\.ts$/,
    mayImport: /^(?!node:|(fs|path|os|worker_threads|child_process)$)/,
  },
  'the playground': {
    files: /^playground\/src\//,
    mayImport: /^(?!src\/|strategies\/|test\/|lab\/|node:|gradclip\/testing$)/,
  },
  'how the playground is built': { files: /^playground\/(?!src\/)/, mayImport: /^(node:|vite$|playground\/)/ },
  'an example': { files: /^examples\//, mayImport: /^(?!src\/|strategies\/|lab\/|test\/)/ },
};

/** Every module that a file names, as a path from the root where it is relative. */
function importsOf(file: string, text: string): string[] {
  const pattern =
    /(?:^|[;}\s])(?:import|export)\s+(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  // Examples in docstrings import by package name and are no imports of this file.
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(pattern)].map(([, still, dynamic]) => {
    const name = still ?? dynamic ?? '';
    return name.startsWith('.') ? posix.join(posix.dirname(file), name) : name;
  });
}

/** The imports of a file that point the wrong way, each as a sentence. */
function offences(zones: Record<string, Zone>, file: string, text: string): string[] {
  return Object.entries(zones)
    .filter(([, zone]) => zone.files.test(file) && zone.except?.test(file) !== true)
    .flatMap(([name, { mayImport }]) =>
      importsOf(file, text)
        .filter((imported) => !mayImport.test(imported))
        .map((imported) => `${file} (${name}) imports ${imported}`),
    );
}

const root = new URL('..', import.meta.url);
const files = ['src', 'strategies', 'lab', 'playground', 'examples'].flatMap((folder) => {
  try {
    return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name));
  } catch {
    // The playground need not exist for the library to be sound.
    return [];
  }
});
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

describe('the arrows of the house', () => {
  it.each(files)('%s imports only what it may', (file) => {
    expect(offences({ ...layers, ...surroundings }, file, read(file))).toEqual([]);
  });

  it('puts every file of the library under exactly one layer', () => {
    const homes = files
      .filter((file) => /^(src|strategies)\//.test(file))
      .map((file) => [file, Object.values(layers).filter((zone) => zone.files.test(file)).length]);
    expect(homes.filter(([, count]) => count !== 1)).toEqual([]);
    expect(homes.length).toBeGreaterThan(0);
  });

  it.each([
    ['src/kernels/ops.ts', `import { shown } from '../core/errors.ts';`],
    ['src/core/define.ts', `import { chain } from '../combinators/chain.ts';`],
    ['src/core/define.ts', `import { globalNorm } from '../../strategies/global-norm.ts';`],
    ['src/core/define.ts', `import '@tensorflow/tfjs';`],
    ['src/core/index.ts', `export * from '../registry.ts';`],
    ['src/combinators/chain.ts', `import type { ClippedOptimizer } from '../optimizer.ts';`],
    ['src/optimizer/state.ts', `import { TOKENS } from '../container.ts';`],
    ['src/registry.ts', `import { Container } from 'inversify';`],
    ['src/index.ts', `export * from './wasm/index.ts';`],
    ['src/container.ts', `import { shelf } from 'gradclip/strategies';`],
    ['src/wasm/repair.ts', `const layers = await import('@tensorflow/tfjs-layers');`],
    ['strategies/global-norm.ts', `import { perValue } from './per-value.ts';`],
    ['strategies/global-norm.ts', `import { globalNormOf } from '../src/core/tensors.ts';`],
    ['strategies/global-norm.ts', `import {\n  a,\n  b,\n} from 'valibot';`],
    ['lab/tasks/char-lm.ts', `import { readFileSync } from 'node:fs';`],
    ['lab/node/data.ts', `import { globalNorm } from '../../strategies/index.ts';`],
    ['examples/01-wrap-an-optimizer.ts', `import { clipOptimizer } from '../src/index.ts';`],
  ])('would catch, in %s, %s', (file, line) => {
    expect(offences({ ...layers, ...surroundings }, file, line)).toHaveLength(1);
  });

  it.each([
    ['src/core/define.ts', `import { kernels } from '../kernels/index.ts';`],
    ['strategies/z-clip.ts', `import { mean } from './_moments.ts';\nimport { defineStrategy } from 'gradclip';`],
    ['src/core/define.ts', `/**\n * import { shelf } from 'gradclip/strategies';\n */\nexport const one = 1;`],
    ['lab/node/data.ts', `import { readFileSync } from 'node:fs';`],
  ])('has nothing against, in %s, %s', (file, text) => {
    expect(offences({ ...layers, ...surroundings }, file, text)).toEqual([]);
  });
});

// Runs the tests of one mutated file in the given order, with fewer backends and random sequences.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from 'vitest/node';

const tests = (process.env['MUTATION_TESTS'] ?? '').split(',');
const root = new URL('../../../', import.meta.url);
const source = (path: string): string => fileURLToPath(new URL(path, root));

/** Keeps the given order, which begins with the tests most likely to kill a mutant. */
class GivenOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const indexOf = ({ project, moduleId }: TestSpecification): number =>
      tests.indexOf(relative(project.config.root, moduleId));
    return Promise.resolve([...files].sort((a, b) => indexOf(a) - indexOf(b)));
  }
}

/** Adds a failing test to a file that cannot be imported, because Stryker counts only tests (stryker-js issue 6150). */
class FailedImports implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    for (const file of this.#vitest?.state.getFiles() ?? []) {
      if (file.result?.state !== 'fail' || file.tasks.length > 0) continue;
      const { mode, meta, result } = file;
      file.tasks.push({ type: 'test', name: 'is imported', file, mode, meta, result } as (typeof file.tasks)[number]);
    }
  }
}

export default defineConfig({
  root: fileURLToPath(root),
  // Stryker mutates a copy, but `gradclip` in its node_modules is the original.
  resolve: {
    alias: [
      { find: /^gradclip$/, replacement: source('src/index.ts') },
      { find: /^gradclip\/(define|container)$/, replacement: source('src/$1.ts') },
      { find: /^gradclip\/strategies$/, replacement: source('strategies/index.ts') },
      { find: /^gradclip\/(wasm|recurrent|testing)$/, replacement: source('src/$1/index.ts') },
    ],
  },
  test: {
    environment: 'node',
    include: tests,
    testTimeout: 60_000,
    // All files share one thread; each mutant gets a new thread.
    isolate: false,
    // `npm test` covers the other backends and sequences.
    env: { GRADCLIP_TESTS: 'brief' },
    sequence: { sequencer: GivenOrder },
    reporters: [new FailedImports()],
  },
});

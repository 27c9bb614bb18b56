// The tests as Stryker runs them: those that one file answers to, in brief and in the order in which they are named.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from 'vitest/node';

const tests = (process.env['MUTATION_TESTS'] ?? '').split(',');
const root = new URL('../../', import.meta.url);
const source = (path: string): string => fileURLToPath(new URL(path, root));

/** The first failure ends a run, so what is likeliest to fail, and soonest done, is named first. */
class AsNamed extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): number =>
      tests.indexOf(relative(project.config.root, moduleId));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b)));
  }
}

/** Stryker counts tests that fail, and a file that cannot be imported has none (stryker-js issue 6150): it is given one. */
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
  // Stryker mutates a copy, but the `gradclip` in its node_modules is the original.
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
    // One thread for all files of a run; each mutant still has a new one.
    isolate: false,
    // Every backend and every sequence would be the same test again; `npm test` runs them all.
    env: { GRADCLIP_TESTS: 'brief' },
    sequence: { sequencer: AsNamed },
    reporters: [new FailedImports()],
  },
});

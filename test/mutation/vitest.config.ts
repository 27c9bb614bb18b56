// The tests as Stryker runs them: one folder's own, in brief, those of the mutated file first.
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestSpecification, type Vitest } from 'vitest/node';
import folders from './folders.json' with { type: 'json' };

const { tests } = folders[(process.env['MUTATED_FOLDER'] ?? 'core') as keyof typeof folders];
const root = new URL('../../', import.meta.url);
const source = (path: string): string => fileURLToPath(new URL(path, root));

/** The first failure ends a run, so what is likeliest to fail goes first, and after it what is soonest done. */
class MirrorFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated = ''] = [this.ctx.config.related ?? []].flat();
    const mirror = `${basename(mutated, '.ts')}.test.ts`;
    const costOf = ({ project, moduleId }: TestSpecification): number => {
      if (basename(moduleId) === mirror) return 0;
      const key = `${project.name}:${relative(project.config.root, moduleId)}`;
      return 1 + (this.ctx.cache.getFileTestResults(key)?.duration ?? 0);
    };
    return Promise.resolve([...files].sort((a, b) => costOf(a) - costOf(b)));
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
      { find: /^gradclip\/strategies$/, replacement: source('strategies/index.ts') },
      { find: /^gradclip\/(wasm|recurrent|testing)$/, replacement: source('src/$1/index.ts') },
    ],
  },
  test: {
    environment: 'node',
    include: tests,
    globalSetup: ['test/laws/table.ts'],
    testTimeout: 60_000,
    // One thread for all files of a run; each mutant still has a new one.
    isolate: false,
    // Every backend and every sequence would be the same test again; `npm test` runs them all.
    env: { GRADCLIP_TESTS: 'brief' },
    sequence: { sequencer: MirrorFirst },
    reporters: [new FailedImports()],
  },
});

import { defineConfig } from 'vitest/config';

// The `source` condition makes `gradclip` mean the TypeScript files here, so tests need no build.
const conditions = ['source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: ['source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],

          testTimeout: 30_000,
        },
      },
    ],
  },
});

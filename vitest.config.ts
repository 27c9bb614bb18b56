import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumPath, SOFTWARE_GRAPHICS } from './test/system/browser/chromium.ts';

// The `source` condition makes `gradclip` mean the TypeScript files here, so tests need no build.
const conditions = ['source', 'node', 'import', 'module', 'default'];

const executablePath = chromiumPath();

// A browser without a graphics card is slow enough for a busy machine to outlast its patience once.
const secondTry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: ['source'] } },
  test: {
    // vitest leaves one core idle, which on two cores is half of them.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**', 'test/playground/**'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          environment: 'node',
          include: ['test/system/slow/**/*.test.ts'],
          testTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          environment: 'node',
          include: ['test/system/services/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          environment: 'node',
          include: ['test/system/package/**/*.test.ts'],
          globalSetup: ['test/system/package/installed.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          retry: secondTry,
        },
      },
      {
        extends: true,
        test: {
          name: 'doors',
          environment: 'node',
          include: ['test/system/doors/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'playground',
          environment: 'node',
          include: ['test/playground/**/*.test.ts'],
          globalSetup: ['test/playground/build.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          retry: secondTry,
          // Each file drives a browser of its own, and one keeps a small machine busy.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'report',
          environment: 'node',
          include: ['test/system/report/**/*.test.ts'],
          globalSetup: ['test/system/report/build.ts'],
          hookTimeout: 60_000,
          testTimeout: 60_000,
          retry: secondTry,
          fileParallelism: false,
          // After the playground, some of whose tests watch the clock.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'site',
          environment: 'node',
          include: ['test/system/site/**/*.test.ts'],
          globalSetup: ['test/system/site/build.ts'],
          testTimeout: 120_000,
          retry: secondTry,
        },
      },
      executablePath === undefined
        ? { test: { name: 'browser', include: ['test/system/browser/no-browser.ts'] } }
        : {
            resolve: { conditions: ['source', 'module', 'browser', 'import', 'default'] },
            optimizeDeps: {
              include: [
                '@tensorflow/tfjs',
                '@tensorflow/tfjs-core',
                '@tensorflow/tfjs-layers',
                '@tensorflow/tfjs-backend-wasm',
                '@tensorflow/tfjs-backend-webgpu',
                'inversify',
                'reflect-metadata',
                'valibot',
              ],
            },
            // Isolated pages may share memory between threads.
            server: {
              headers: {
                'Cross-Origin-Opener-Policy': 'same-origin',
                'Cross-Origin-Embedder-Policy': 'require-corp',
              },
            },
            test: {
              name: 'browser',
              include: ['test/system/browser/**/*.test.ts'],
              testTimeout: 120_000,
              hookTimeout: 60_000,
              retry: secondTry,
              browser: {
                enabled: true,
                headless: true,
                screenshotFailures: false,
                provider: playwright({ launchOptions: { executablePath, args: SOFTWARE_GRAPHICS } }),
                instances: [{ browser: 'chromium' }],
              },
            },
          },
    ],
  },
});

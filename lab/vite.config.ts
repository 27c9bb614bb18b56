import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The program of a report, in one file that goes into every report; the rest of the lab is built by tsc. */
export default defineConfig({
  root: here('.'),
  build: {
    outDir: here('dist'),
    emptyOutDir: false,
    target: 'es2022',
    license: { fileName: 'report/client-licences.md' },
    lib: {
      entry: here('report/client/main.ts'),
      formats: ['iife'],
      name: 'report',
      fileName: () => 'report/client.js',
    },
  },
});

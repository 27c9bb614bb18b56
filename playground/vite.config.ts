import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { assets } from './build/assets.ts';
import { catalogue } from './build/catalogue.ts';
import { noticesOnce } from './build/notices.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [assets(), catalogue()],
  resolve: {
    conditions: ['source', 'module', 'browser', 'development|production'],
    alias: [
      // All of tfjs but its backends, of which only the one in use is fetched.
      { find: /^@tensorflow\/tfjs$/, replacement: here('src/tfjs.ts') },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  optimizeDeps: {
    // Found before the first request, so that the page need not load again.
    entries: ['index.html', 'src/worker.ts'],
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-webgl',
      '@tensorflow/tfjs-backend-wasm',
    ],
  },
  worker: { format: 'es', plugins: () => [noticesOnce()] },
  build: { outDir: here('../site/playground'), emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 600 },
});

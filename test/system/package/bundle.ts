// Bundles one program with three bundlers, from the installed package.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;

/** A program to bundle. */
export interface Job {
  /** The folder with the installed packages, where the bundle is written. */
  readonly folder: string;
  readonly program: string;
  /** The file name of the bundle without its extension. */
  readonly name: string;
  /** Whether tfjs and the modules of Node are external. */
  readonly withoutTfjs?: boolean;
  readonly minify?: boolean;
}

/** A bundler without any setting for this package. */
export interface Bundler {
  readonly name: string;
  readonly version: string;
  /** Writes the bundle as an ES module and returns its text. */
  bundle(job: Job): Promise<string>;
}

function entry({ folder, program, name }: Job): { input: string; output: string } {
  const input = join(folder, `${name}.entry.mjs`);
  writeFileSync(input, program);
  return { input, output: `${name}.mjs` };
}

/** The bundlers under test. */
export const BUNDLERS: readonly Bundler[] = [
  {
    name: 'vite',
    version: versionOf('vite'),
    async bundle(job) {
      const { input, output } = entry(job);
      await vite({
        root: job.folder,
        configFile: false,
        logLevel: 'silent',
        mode: 'production',
        build: {
          outDir: job.folder,
          emptyOutDir: false,
          target: 'es2022',
          minify: job.minify === false ? false : 'oxc',
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input,
            preserveEntrySignatures: 'strict',
            output: { format: 'es', entryFileNames: output },
            external: job.withoutTfjs ? [/^@tensorflow\//, /^node:/] : [],
          },
        },
      });
      return readFileSync(join(job.folder, output), 'utf8');
    },
  },
  {
    name: 'esbuild',
    version: versionOf('esbuild'),
    async bundle(job) {
      const { input, output } = entry(job);
      await esbuild({
        entryPoints: [input],
        outfile: join(job.folder, output),
        bundle: true,
        format: 'esm',
        target: 'es2022',
        minify: job.minify !== false,
        external: job.withoutTfjs ? ['@tensorflow/*', 'node:*'] : [],
        logLevel: 'silent',
      });
      return readFileSync(join(job.folder, output), 'utf8');
    },
  },
  {
    name: 'webpack',
    version: versionOf('webpack'),
    async bundle(job) {
      const { input, output } = entry(job);
      const compiler = webpack({
        mode: 'production',
        context: job.folder,
        entry: input,
        experiments: { outputModule: true },
        output: { path: job.folder, filename: output, library: { type: 'module' } },
        externalsType: 'module',
        externals: job.withoutTfjs ? [/^@tensorflow\//, /^node:/] : [],
        optimization: { minimize: job.minify !== false },
        performance: false,
      });
      await new Promise<void>((resolve, reject) => {
        compiler.run((error, stats) => {
          const problems = stats?.toJson({ all: false, errors: true, warnings: true });
          const said = [...(problems?.errors ?? []), ...(problems?.warnings ?? [])].map(({ message }) => message);
          if (error !== null || said.length > 0) reject(error ?? new Error(said.join('\n')));
          else compiler.close(() => resolve());
        });
      });
      return readFileSync(join(job.folder, output), 'utf8');
    },
  },
];

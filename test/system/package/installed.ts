// Packs both packages and installs them in empty folders.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { npm, pack, type Packed } from './pack.ts';
import { ROOT } from './run.ts';
import { OLDEST_TFJS } from './versions.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folders in which the packages are installed. */
    installed: Readonly<Record<keyof typeof PROJECTS, string>>;
    /** The packages themselves. */
    packed: { readonly gradclip: Packed; readonly lab: Packed };
  }
}

const { devDependencies: versions } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const tfjs = (name: string, version = versions[`@tensorflow/${name}`] ?? ''): string =>
  `@tensorflow/${name}@${version}`;

/** The packages installed next to gradclip in each folder. */
const PROJECTS = {
  /** The packages that the README names, without optional peers. */
  user: ['@tensorflow/tfjs'],
  /** The same, with the optional peers of `gradclip/container`. */
  container: [
    '@tensorflow/tfjs',
    `inversify@${versions['inversify']}`,
    `reflect-metadata@${versions['reflect-metadata']}`,
  ],
  /** Jest, which reads no ES modules, with the newest InversifyJS that has a CommonJS build. */
  jest: ['@tensorflow/tfjs', 'inversify@7', `reflect-metadata@${versions['reflect-metadata']}`, 'jest@29'],
  /** The core and one backend without layers. */
  cpu: [tfjs('tfjs-core'), tfjs('tfjs-backend-cpu')],
  wasm: [tfjs('tfjs-core'), tfjs('tfjs-backend-wasm')],
  /** The oldest supported tfjs. */
  oldest: ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'].map((name) => tfjs(name, OLDEST_TFJS)),
  /** `gradclip-lab` with its dependencies. */
  lab: [],
};

/** Packs and installs once for all tests of the project. */
export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'gradclip-package-')));
  // In sequence, because each `prepack` builds, and that of the lab builds both packages.
  const lab = await pack(home, join(ROOT, 'lab'));
  const gradclip = await pack(home, ROOT);
  const folders = Object.fromEntries(Object.keys(PROJECTS).map((name) => [name, join(home, name)])) as Record<
    keyof typeof PROJECTS,
    string
  >;
  const installed = async (name: keyof typeof PROJECTS, ...packages: string[]) => {
    mkdirSync(folders[name]);
    writeFileSync(
      join(folders[name], 'package.json'),
      JSON.stringify({ private: true, type: name === 'jest' ? 'commonjs' : 'module' }),
    );
    const options = ['--prefer-offline', '--no-audit', '--no-fund'];
    await npm(folders[name], 'install', ...options, gradclip.file, ...packages, ...PROJECTS[name]);
  };
  await installed('user');
  await Promise.all([
    installed('lab', lab.file),
    installed('container'),
    installed('jest'),
    installed('cpu'),
    installed('wasm'),
    installed('oldest'),
  ]);

  project.provide('installed', folders);
  project.provide('packed', { gradclip, lab });
  return async () => {
    // Asynchronous, so vitest can still hear from workers that end while the disk is slow.
    await rm(home, { recursive: true, force: true });
  };
}

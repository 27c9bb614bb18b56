// Packs both packages as npm would publish them, and installs them in empty folders, as their users would.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { writePage } from './page.ts';
import { ROOT, run } from './run.ts';
import { isKeeping } from './results.ts';
import { OLDEST_TFJS } from './versions.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folders in which the packages are installed. */
    installed: Readonly<Record<keyof typeof WANTED, string>>;
    /** The packages themselves. */
    packed: { readonly gradclip: Packed; readonly lab: Packed };
    /** How long an install takes a user who does nothing else meanwhile. */
    installSeconds: number;
  }
}

/** What `npm pack` says that it made. */
export interface Packed {
  readonly file: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

const { devDependencies: versions } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const tfjs = (name: string, version = versions[`@tensorflow/${name}`] ?? ''): string =>
  `@tensorflow/${name}@${version}`;

/** What is installed beside gradclip, folder by folder. */
const WANTED = {
  /** What the README says: of the newest TensorFlow.js, as its reader would. */
  user: ['@tensorflow/tfjs'],
  /** The core and one backend, and no layers. */
  cpu: [tfjs('tfjs-core'), tfjs('tfjs-backend-cpu')],
  wasm: [tfjs('tfjs-core'), tfjs('tfjs-backend-wasm')],
  /** The oldest that is allowed. */
  oldest: ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'].map((name) => tfjs(name, OLDEST_TFJS)),
  /** `gradclip-lab`, with what it brings. */
  lab: [],
};

/** Packs and installs everything once for all tests. */
export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'gradclip-package-')));
  // One after the other: each has its `prepack` build what it holds, and the lab's builds both.
  const lab = await pack(home, join(ROOT, 'lab'));
  const gradclip = await pack(home, ROOT);
  const folders = Object.fromEntries(Object.keys(WANTED).map((name) => [name, join(home, name)])) as Record<
    keyof typeof WANTED,
    string
  >;
  const installed = async (name: keyof typeof WANTED, ...packages: string[]) => {
    mkdirSync(folders[name]);
    writeFileSync(join(folders[name], 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const quick = ['--prefer-offline', '--no-audit', '--no-fund'];
    await npm(folders[name], 'install', ...quick, gradclip.file, ...packages, ...WANTED[name]);
  };
  const begun = performance.now();
  await installed('user');
  const installSeconds = (performance.now() - begun) / 1000;
  await Promise.all([installed('lab', lab.file), installed('cpu'), installed('wasm'), installed('oldest')]);

  project.provide('installed', folders);
  project.provide('packed', { gradclip, lab });
  project.provide('installSeconds', installSeconds);
  return async () => {
    if (isKeeping) writePage();
    // Not at one go: vitest is ending its workers, and those it did not hear while a disk is slow would count as stuck.
    await rm(home, { recursive: true, force: true });
  };
}

async function pack(to: string, from: string): Promise<Packed> {
  const printed = await npm(from, 'pack', '--json', '--pack-destination', to);
  // What `prepack` prints comes before.
  const [{ filename, ...rest }] = JSON.parse(printed.slice(printed.search(/^\[/m))) as [
    Omit<Packed, 'file'> & { filename: string },
  ];
  return { file: join(to, filename), size: rest.size, unpackedSize: rest.unpackedSize, entryCount: rest.entryCount };
}

async function npm(folder: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await run(folder, 'npm', ...args);
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}:\n${err}${out}`);
  return out;
}

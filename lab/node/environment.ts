import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version_core } from '@tensorflow/tfjs';
import type { Environment } from '../run/record.ts';

/** The backend of every run on Node.js: the fastest one without native code. */
export const BACKEND = 'wasm';

/** Describes the machine and the code that this process runs on. */
export function currentEnvironment(): Environment {
  return {
    gradclip: readGradclipVersion(),
    code: (codeDigest ??= digestCode()),
    tfjs: version_core,
    backend: BACKEND,
    repaired: true,
    fused: true,
    runtime: `node ${process.versions.node}`,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  };
}

const gradclipManifest = createRequire(import.meta.url).resolve('gradclip/package.json');

function readGradclipVersion(): string {
  return (JSON.parse(readFileSync(gradclipManifest, 'utf8')) as { version: string }).version;
}

/** The folders of the lab whose code decides the numbers of a run. */
const DECISIVE_FOLDERS = ['catalogue', 'cells', 'node', 'run', 'tasks'];
/** The other folders of the lab whose code decides what a report shows. */
const REPORT_FOLDERS = ['analysis', 'experiments', 'report', 'text'];
let codeDigest: string | undefined;

/** A digest of all code that decides what a report shows, which is more than the code that decides the numbers of a run. */
export function digestLabCode(): string {
  const { code, gradclip } = currentEnvironment();
  return [gradclip, code, hashFolders(REPORT_FOLDERS.map((name) => join(labFolder(), name)))].join('-');
}

const labFolder = (): string => fileURLToPath(new URL('..', import.meta.url));

/** Hashes the code of the lab and the library, because checkouts of one version may compute different numbers. */
function digestCode(): string {
  const isBuilt = import.meta.url.endsWith('.js');
  const library = join(dirname(gradclipManifest), isBuilt ? 'dist' : '.');
  return hashFolders([
    ...DECISIVE_FOLDERS.map((name) => join(labFolder(), name)),
    ...['src', 'strategies'].map((name) => join(library, name)),
  ]);
}

function hashFolders(folders: readonly string[]): string {
  const isCode = (file: string): boolean => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts');
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isCode).sort();
    for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { version_core } from '@tensorflow/tfjs';
import type { Environment } from '../run/record.ts';

/** The backend of every run on Node.js: the fastest one without native code. */
export const BACKEND = 'wasm';

/** Describes the machine and the versions that this process runs on. */
export function currentEnvironment(): Environment {
  return {
    gradclip: readGradclipVersion(),
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

function readGradclipVersion(): string {
  const path = createRequire(import.meta.url).resolve('gradclip/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

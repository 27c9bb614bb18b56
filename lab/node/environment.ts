import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { version_core } from '@tensorflow/tfjs';
import type { Environment } from '../record.ts';

/** The backend of every run on Node: the fastest that needs no native code. */
export const BACKEND = 'wasm';

/** Where this process computes. */
export function environmentHere(): Environment {
  return {
    gradclip: gradclipVersion(),
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

function gradclipVersion(): string {
  const path = createRequire(import.meta.url).resolve('gradclip/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

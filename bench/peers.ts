import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The time of another library on one set. */
export interface PeerRow {
  readonly peer: string;
  readonly set: string;
  readonly ms: number;
}

/** Another library and the script that times it. */
interface Peer {
  readonly name: string;
  readonly command: string;
  readonly script: string;
}

const PEERS: readonly Peer[] = [
  { name: 'torch', command: process.env['PYTHON'] ?? 'python3', script: 'torch_clip.py' },
  { name: 'jax-js', command: process.execPath, script: 'jax-js.mjs' },
];

/** Times the peers that are installed, and reports those that are not. */
export function benchPeers(report: (text: string) => void): PeerRow[] {
  return PEERS.flatMap(({ name, command, script }) => {
    // This file runs from dist/; the scripts are not compiled.
    const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
    const { status, stdout, stderr, error } = spawnSync(command, [path], { encoding: 'utf8' });
    if (status === 0) return JSON.parse(stdout) as PeerRow[];
    const reason =
      error?.message ?? stderr.split('\n').findLast((text) => text.includes('Error')) ?? 'the script failed';
    report(`${name} is skipped: ${reason}`);
    return [];
  });
}

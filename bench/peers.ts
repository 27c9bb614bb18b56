import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What another library takes for the same sets. */
export interface PeerRow {
  readonly peer: string;
  readonly set: string;
  readonly ms: number;
}

/** One peer: how to run it, and what to say where it is missing. */
interface Peer {
  readonly name: string;
  readonly command: string;
  readonly script: string;
}

const PEERS: readonly Peer[] = [
  { name: 'torch', command: process.env['PYTHON'] ?? 'python3', script: 'torch_clip.py' },
  { name: 'jax-js', command: process.execPath, script: 'jax-js.mjs' },
];

/** Times the peers that are installed; says of the others that they are not. */
export function racePeers(say: (text: string) => void): PeerRow[] {
  return PEERS.flatMap(({ name, command, script }) => {
    // Compiled into dist/, the scripts stay beside the sources.
    const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
    const { status, stdout, stderr, error } = spawnSync(command, [path], { encoding: 'utf8' });
    if (status === 0) return JSON.parse(stdout) as PeerRow[];
    const reason = error?.message ?? stderr.split('\n').findLast((text) => text.includes('Error')) ?? 'it failed';
    say(`${name} is left out: ${reason}`);
    return [];
  });
}

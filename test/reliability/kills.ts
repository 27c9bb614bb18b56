// The lab killed at random moments: what was finished stays as it is, and is never done again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from '../../lab/run/record.ts';
import { seededRandom } from '../../src/testing/random.ts';
import type { Row } from './figures.ts';

// Runs so short that a kill often falls between two of them.
const RATES = ['0.1', '0.2', '0.3', '0.5', '1'];
const STEPS = 3;
const GRID = ['--tasks', 'adding', '--cells', 'rnn', '--strategies', 'none', '--seeds', '1'];

/** A finished run as it lies on the disk. */
interface Finished {
  readonly text: string;
  /** Changes when the file is written anew, be its text the same. */
  readonly identity: string;
}

/** Kills `compare` so many times, resuming after each, and judges what is left after each. */
export async function kill(bin: string, times: number, { seed = 1 } = {}): Promise<Row> {
  const random = seededRandom(seed);
  const path = mkdtempSync(join(tmpdir(), 'gradclip-kills-'));
  const counts = { kills: 0, comparisons: 0, underWay: 0, kept: 0 };
  // How long a comparison takes that nobody kills; longer when kills fall before a run is finished, on a busy machine.
  let whole = await duration(bin, join(path, 'first'));
  try {
    while (counts.kills < times) {
      const folder = join(path, String((counts.comparisons += 1)));
      const workers = counts.comparisons % 2 === 0 ? '2' : '0';
      const finished = new Map<string, Finished>();
      for (let ended = false; !ended;) {
        const { child, closed, said } = begin(bin, folder, workers);
        const limit = counts.kills < times ? random.uniform(0, whole) : Infinity;
        const timer = limit === Infinity ? undefined : setTimeout(() => child.kill('SIGKILL'), limit);
        const [code, signal] = (await closed) as [number | null, string | null];
        clearTimeout(timer);
        const known = finished.size;
        counts.kept += expectKept(folder, finished, said());
        whole *= finished.size > known ? 0.95 : 1.1;
        if (signal === 'SIGKILL') {
          counts.kills += 1;
          counts.underWay += Number(partsIn(folder) > 0);
          continue;
        }
        if (code !== 0) throw new Error(`compare ended with ${String(code)}: ${said()}`);
        ended = true;
        if (finished.size !== RATES.length) throw new Error(`${finished.size} of ${RATES.length} runs are there`);
        if (partsIn(folder) > 0) throw new Error('a part of a run was left at the end');
      }
      rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
  return {
    kills: counts.kills,
    comparisons: counts.comparisons,
    'kills in the middle of a run': counts.underWay,
    'finished runs found as they were': counts.kept,
    'lost or done twice': 0,
  };
}

async function duration(bin: string, folder: string): Promise<number> {
  const begun = performance.now();
  const { closed, said } = begin(bin, folder, '0');
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`compare ended with ${String(code)}: ${said()}`);
  return performance.now() - begun;
}

function begin(bin: string, folder: string, workers: string) {
  const grid = [...GRID, '--learning-rates', RATES.join(), '--steps', String(STEPS)];
  const child = spawn(process.execPath, [bin, 'compare', ...grid, '--workers', workers, '--out', folder]);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdout.resume();
  return { child, closed: once(child, 'close'), said: () => text };
}

/** Compares what was finished before with what there is, and takes up what is new; answers how many were as they were. */
function expectKept(folder: string, finished: Map<string, Finished>, said: string): number {
  const runs = join(folder, 'runs');
  const told = /^Skipping (\d+) of \d+ runs /m.exec(said)?.[1];
  // It is said before the first run of this time begins.
  if (told !== undefined && Number(told) !== finished.size) {
    throw new Error(`${finished.size} runs were finished, and the program found ${told}`);
  }
  const known = finished.size;
  for (const [name, before] of finished) {
    const now = foundIn(runs, name);
    if (now.text !== before.text) throw new Error(`${name} changed after it was finished`);
    if (now.identity !== before.identity) throw new Error(`${name} was done twice`);
  }
  if (!existsSync(runs)) return known;
  for (const name of readdirSync(runs).filter((one) => one.endsWith('.jsonl') && !finished.has(one))) {
    const run = foundIn(runs, name);
    if (readRun(run.text)?.end.steps !== STEPS) throw new Error(`${name} is not whole`);
    finished.set(name, run);
  }
  return known;
}

function foundIn(runs: string, name: string): Finished {
  const file = join(runs, name);
  const { ino, mtimeMs } = statSync(file);
  return { text: readFileSync(file, 'utf8'), identity: `${ino} ${mtimeMs}` };
}

function partsIn(folder: string): number {
  const runs = join(folder, 'runs');
  return existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith('.part')).length : 0;
}

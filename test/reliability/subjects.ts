// What is put to the test, in the order in which docs/reliability.md tells of it.
import { DEVICE } from '../../src/testing/backends.ts';
import { buildLab } from '../lab/built.ts';
import { harmCheckpoints } from './checkpoints.ts';
import type { FULL, QUICK } from './counts.ts';
import { damageDatasets } from './datasets.ts';
import type { Row } from './figures.ts';
import { fuzz } from './fuzz.ts';
import { kill } from './kills.ts';
import { damageRecords } from './records.ts';
import { CASES, resumeEverywhere } from './resume.ts';
import { trySets } from './sets.ts';
import { soak } from './soak.ts';
import { goWrong } from './strategy-faults.ts';
import { trainTogether } from './together.ts';

/** One thing that must hold, however often it is tried. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Tries it so often, and answers what was seen; throws where it does not hold. */
  run(this: void, counts: typeof FULL | typeof QUICK): Promise<readonly Row[]> | readonly Row[];
}

const HOSTS = ['cpu', 'wasm'];
const HERE = [...HOSTS, DEVICE];
const SEED = 20_260;

async function onEach(backends: readonly string[], run: (backend: string) => Promise<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const backend of backends) rows.push(await run(backend));
  return rows;
}

/** Of the framework and the shelf. */
export const ofTheLibrary: readonly Subject[] = [
  {
    name: 'soak',
    title: 'a long training run holds no more at its end than after its beginning',
    run: async ({ steps }) => {
      const rows: Row[] = [];
      for (const way of ['fit', 'trainOnBatch', 'minimize'] as const)
        rows.push(...(await onEach(HOSTS, (backend) => soak(backend, way, steps))));
      return rows;
    },
  },
  {
    name: 'options',
    title: 'options and specs of any kind are accepted or refused with a ClippingError',
    run: ({ calls }) => fuzz(calls, SEED),
  },
  {
    name: 'gradients',
    title: 'gradients of any kind come out as the strategy and the policy promise',
    run: ({ sets }) => onEach(HERE, (backend) => trySets(backend, sets)),
  },
  {
    name: 'resume',
    title: 'a model saved after any step goes on bit for bit',
    run: async (counts) => {
      const rows: Row[] = [];
      for (const backend of HOSTS) rows.push(...(await resumeEverywhere(backend, CASES, counts.resumed)));
      return rows;
    },
  },
  {
    name: 'checkpoints',
    title: 'a damaged checkpoint is refused with a reason',
    run: ({ checkpoints }) => harmCheckpoints(checkpoints),
  },
  {
    name: 'faults',
    title: 'a strategy that breaks the contract is named, and nothing is changed',
    run: ({ faults }) => onEach(HERE, (backend) => goWrong(backend, faults)),
  },
  {
    name: 'together',
    title: 'two models in one page train as each does alone',
    run: ({ together }) => onEach(HERE, (backend) => trainTogether(backend, together)),
  },
];

/** Of the lab. */
export const ofTheLab: readonly Subject[] = [
  {
    name: 'records',
    title: 'a damaged record is named with its line, or read as what it still says',
    run: ({ records }) => damageRecords(records),
  },
  {
    name: 'datasets',
    title: 'damaged data is refused with a reason, or trained on',
    run: ({ datasets }) => damageDatasets(datasets),
  },
  {
    name: 'kills',
    title: 'a comparison that is killed loses nothing finished and does nothing twice',
    run: async ({ kills }) => {
      const lab = await buildLab();
      try {
        return [await kill(lab.bin, kills)];
      } finally {
        lab.remove();
      }
    },
  },
];

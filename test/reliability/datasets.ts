// The user's own data, damaged: refused with a reason that says where, or trained on; never a crash.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { LabError } from '../../lab/errors.ts';
import { loadData } from '../../lab/node/data/load-data.ts';
import type { Task } from '../../lab/tasks/_task.ts';
import { tasks } from '../../lab/tasks/index.ts';
import { seededRandom, type Random } from '../../src/testing/random.ts';
import { encodeWav } from '../lab/tasks/wav.ts';
import { damagedBytes, damagedText } from './damage.ts';
import type { Row } from './figures.ts';

const lines = (count: number, line: (place: number) => string): string =>
  Array.from({ length: count }, (_, place) => `${line(place)}\n`).join('');
const day = (place: number): string => new Date(Date.UTC(2020, 0, 1 + place)).toISOString().slice(0, 10);
const WORDS = ['good', 'bad', 'fine', 'poor', 'great', 'awful', 'nice', 'dull'];

/** Data as each task takes it. */
const SOUND: Readonly<Record<string, string>> = {
  'char-lm': lines(120, (place) => `Line ${place} of a book: call me ${WORDS[place % 8] ?? ''}, “whoever” you are.`),
  translation: lines(
    150,
    (place) => `${WORDS[place % 8] ?? ''} number ${place}\tnuméro ${place} ${WORDS[(place * 3) % 8] ?? ''}`,
  ),
  sentiment: `text,label\n${lines(150, (place) => `"A ${WORDS[place % 8] ?? ''} film, no. ${place}",${place % 2}`)}`,
  stocks: `date,close\n${lines(120, (place) => `${day(place)},${(100 + 10 * Math.sin(place)).toFixed(2)}`)}`,
  weather: `date,temperature\n${lines(120, (place) => `${day(place)},${(10 * Math.cos(place / 9)).toFixed(1)}`)}`,
};

const SMALL = { units: 2, batch: 2 };

/** Damages each task's data this many times. */
export async function damageDatasets(times: number): Promise<Row[]> {
  const path = mkdtempSync(join(tmpdir(), 'gradclip-datasets-'));
  try {
    const rows: Row[] = [];
    for (const task of tasks.filter(({ dataFile }) => dataFile !== undefined)) {
      const random = seededRandom(5);
      const outcome = { refused: 0, trained: 0 };
      for (let time = 0; time < times; time += 1) {
        const { data, how } = written(task, path, random);
        const failure = await tried(task, data);
        if (failure !== undefined && !(failure instanceof LabError)) {
          throw new Error(`data of ${task.id} that ${how}: it threw ${String(failure)}`, { cause: failure });
        }
        outcome[failure === undefined ? 'trained' : 'refused'] += 1;
      }
      rows.push({
        'data of': task.id,
        'times damaged': times,
        'refused, with a reason': outcome.refused,
        'trained on': outcome.trained,
      });
    }
    return rows;
  } finally {
    rmSync(path, { recursive: true });
  }
}

/** Writes damaged data of a task; answers where, and what is wrong with it. */
function written(task: Task, path: string, random: Random): { readonly data: string; readonly how: string } {
  if (task.dataKind === 'recordings') return recordings(join(path, 'wav'), random);
  const data = join(path, `${task.id}.txt`);
  const sound = SOUND[task.id];
  if (sound === undefined) throw new Error(`there is no sound data of ${task.id}`);
  // The encoding goes wrong in bytes, all else in characters.
  const { content, how } = random.chance(0.3)
    ? damagedBytes(Buffer.from(sound), random)
    : damagedText(random.chance(0.3) ? damagedText(sound, random).content : sound, random);
  writeFileSync(data, content);
  return { data, how };
}

function recordings(folder: string, random: Random): { readonly data: string; readonly how: string } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  let how = '';
  const damagedOne = Math.floor(random.uniform(0, 12));
  for (let file = 0; file < 12; file += 1) {
    const hertz = 200 + 100 * (file % 3);
    const samples = Float32Array.from(
      { length: 1200 },
      (_, time) => 0.4 * Math.sin((2 * Math.PI * hertz * time) / 8000),
    );
    const sound = encodeWav([samples], { sampleRate: 8000, float: file % 2 === 0 });
    const name = `${file % 3}_anna${Math.floor(file / 3)}_${file}.wav`;
    if (file !== damagedOne) {
      writeFileSync(join(folder, name), sound);
    } else if (random.chance(0.1)) {
      how = 'has a foreign name';
      writeFileSync(join(folder, 'whatever.wav'), sound);
    } else {
      const damaged = damagedBytes(sound, random);
      how = damaged.how;
      writeFileSync(join(folder, name), damaged.content);
    }
  }
  return { data: folder, how };
}

/** Reads, prepares, and takes one batch; answers what was thrown. */
async function tried(task: Task, data: string): Promise<unknown> {
  try {
    const { text } = await loadData(task, data);
    const problem = task.prepare(text, { ...task.settings, ...SMALL });
    const { x, y } = problem.batch(0, 1);
    const finite = [x, y].every((one) => one.dataSync().every(Number.isFinite));
    tf.dispose([x, y]);
    if (!finite || !Number.isFinite(problem.baseline)) throw new Error('a number of the batch is not finite');
    return undefined;
  } catch (error) {
    return error;
  }
}

// A saved model to which something happened: loading or the first step says what, and the sound file still loads.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { zClip } from 'gradclip/strategies';
import { seededRandom, type Random } from '../../src/testing/random.ts';
import { loaded, model, saved, train, weightsOf } from '../support/fixtures.ts';
import type { Row } from './figures.ts';

type Artifacts = tf.io.ModelArtifacts;
type Specs = NonNullable<Artifacts['weightSpecs']>;

/** Something that happens to a file, and who may say so: this library's error, or tfjs's own for its own format. */
interface Harm {
  readonly how: string;
  readonly by: 'gradclip' | 'tfjs';
  harm(this: void, file: Parts, random: Random): void;
}

/** A saved model, with each weight's bytes by itself. */
interface Parts {
  readonly artifacts: Artifacts;
  readonly weights: { spec: Specs[number]; bytes: Uint8Array }[];
}

const HARMS: readonly Harm[] = [
  {
    how: 'lacks a tensor of the optimizer',
    by: 'gradclip',
    harm: ({ weights }, random) => void weights.splice(optimizers(weights, random), 1),
  },
  {
    how: 'lacks all tensors of the strategy',
    by: 'gradclip',
    harm({ weights }) {
      weights.splice(0, weights.length, ...weights.filter(({ spec }) => !spec.name.includes('/state/')));
    },
  },
  {
    how: 'has a tensor of the wrapper renamed',
    by: 'gradclip',
    harm({ weights }, random) {
      const own = weights.filter(({ spec }) => spec.name.startsWith('clip0/'));
      const one = own[Math.floor(random.uniform(0, own.length))] as Parts['weights'][number];
      one.spec = { ...one.spec, name: `${one.spec.name}x` };
    },
  },
  {
    how: 'has the memory of another strategy',
    by: 'gradclip',
    harm({ weights }, random) {
      const own = weights.filter(({ spec }) => spec.name.startsWith('clip0/state/'));
      const one = own[Math.floor(random.uniform(0, own.length))] as Parts['weights'][number];
      one.spec = { ...one.spec, shape: [2] };
      one.bytes = new Uint8Array(8);
    },
  },
  {
    how: 'has NaN in the memory of the strategy',
    by: 'gradclip',
    harm({ weights }, random) {
      const own = weights.filter(({ spec }) => spec.name.startsWith('clip0/state/'));
      const one = own[Math.floor(random.uniform(0, own.length))] as Parts['weights'][number];
      one.bytes = new Uint8Array(Float32Array.of(NaN).buffer);
    },
  },
  {
    how: 'has its settings cut',
    by: 'gradclip',
    harm: ({ artifacts }, random) =>
      changeConfig(artifacts, ({ clipping, ...config }) => ({
        ...config,
        clipping: String(clipping).slice(0, Math.floor(random.uniform(0, String(clipping).length))),
      })),
  },
  {
    how: 'lacks a part of its settings',
    by: 'gradclip',
    harm: ({ artifacts }, random) =>
      changeConfig(artifacts, (config) => {
        const names = Object.keys(config);
        const lost = names[Math.floor(random.uniform(0, names.length))];
        return Object.fromEntries(Object.entries(config).filter(([name]) => name !== lost));
      }),
  },
  {
    how: 'names an optimizer that there is not',
    by: 'gradclip',
    harm: ({ artifacts }) =>
      changeConfig(artifacts, (config) => ({ ...config, inner_class_name: 'Adamant', innerClassName: 'Adamant' })),
  },
  {
    how: 'has its weights cut',
    by: 'tfjs',
    harm({ weights }, random) {
      const from = Math.floor(random.uniform(0, weights.length));
      weights
        .slice(from)
        .forEach((one, place) => (one.bytes = place === 0 ? one.bytes.slice(0, 1) : new Uint8Array(0)));
    },
  },
];

const STEPS = 8;

/** Harms a saved model this many times, in each way in turn. */
export async function harmCheckpoints(times: number): Promise<Row[]> {
  const random = seededRandom(11);
  const whole = model();
  whole.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), zClip({ warmup: 3 })), loss: 'meanSquaredError' });
  await train(whole, STEPS);
  const file = await saved(whole);
  await train(whole, STEPS);
  const expected = weightsOf(whole);
  const rows = new Map(HARMS.map(({ how, by }) => [how, { 'a saved model that': how, times: 0, 'refused by': by }]));
  for (let time = 0; time < times; time += 1) {
    const { how, by, harm } = HARMS[time % HARMS.length] as Harm;
    const parts = partsOf(file);
    harm(parts, random);
    const thrown = await attempted(async () => {
      const again = await loaded(wholeOf(parts));
      await train(again, 1);
      again.optimizer.dispose();
      again.dispose();
    });
    const wrong = (what: string): Error => new Error(`a saved model that ${how}: ${what}`, { cause: thrown });
    if (!(thrown instanceof Error)) throw wrong('it was loaded without a word');
    if (by === 'gradclip' && thrown.name !== 'ClippingError') throw wrong(`it threw ${String(thrown)}`);
    if (thrown.message.length < 20) throw wrong(`"${thrown.message}" does not say what is wrong`);
    (rows.get(how) as { times: number }).times += 1;
  }
  const again = await loaded(file);
  await train(again, STEPS);
  const received = weightsOf(again);
  if (JSON.stringify(received) !== JSON.stringify(expected)) throw new Error('the sound file no longer resumes');
  return [...rows.values()];
}

function changeConfig(
  artifacts: Artifacts,
  change: (config: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): void {
  const training = artifacts.trainingConfig as unknown as { optimizer_config: { config: Record<string, unknown> } };
  training.optimizer_config.config = { ...change(training.optimizer_config.config) };
}

/** The place of a tensor that is the optimizer's. */
function optimizers(weights: Parts['weights'], random: Random): number {
  const places = [...weights.keys()].filter((place) => weights[place]?.spec.group === 'optimizer');
  return places[Math.floor(random.uniform(0, places.length))] as number;
}

function partsOf(file: Artifacts): Parts {
  const artifacts = JSON.parse(JSON.stringify({ ...file, weightData: undefined })) as Artifacts;
  const data = new Uint8Array(file.weightData as ArrayBuffer);
  let from = 0;
  const weights = (file.weightSpecs ?? []).map((spec) => {
    const size = 4 * spec.shape.reduce((product, length) => product * length, 1);
    const bytes = data.slice(from, from + size);
    from += size;
    return { spec: { ...spec }, bytes };
  });
  if (from !== data.length) throw new Error(`${data.length - from} bytes of the saved model belong to no weight`);
  return { artifacts, weights };
}

function wholeOf({ artifacts, weights }: Parts): Artifacts {
  const data = Buffer.concat(weights.map(({ bytes }) => bytes));
  const weightData = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  return { ...artifacts, weightSpecs: weights.map(({ spec }) => spec), weightData };
}

async function attempted(run: () => Promise<void>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

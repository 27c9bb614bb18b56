// A damaged checkpoint is rejected when it is loaded or at the first step; it never trains on silently.
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { zClip } from 'gradclip/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { loaded, model, rejectionOf, saved, train, weightsOf } from '../../support/fixtures.ts';

type Artifacts = tf.io.ModelArtifacts;

interface Weight {
  spec: NonNullable<Artifacts['weightSpecs']>[number];
  bytes: Uint8Array;
}

/** A saved model with the bytes of each weight separate. */
interface Checkpoint {
  readonly artifacts: Artifacts;
  readonly weights: Weight[];
}

type Damage = (checkpoint: Checkpoint) => void;

let whole: Artifacts;
let expected: number[][];

beforeAll(async () => {
  const net = model();
  net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), zClip({ warmup: 3 })), loss: 'meanSquaredError' });
  await train(net, 8);
  whole = await saved(net);
  await train(net, 8);
  expected = weightsOf(net);
});

const isOptimizerWeight = ({ spec }: Weight): boolean => spec.group === 'optimizer';
const isStrategyState = ({ spec }: Weight): boolean => spec.name.startsWith('clip0/state/');

const OPTIMIZER_WEIGHTS = 17;
const STATE_WEIGHTS = 3;
const SETTINGS = ['innerClassName', 'innerConfig', 'clipping'];

const cases: readonly (readonly [string, Damage])[] = [
  ...Array.from({ length: OPTIMIZER_WEIGHTS }, (_, index): [string, Damage] => [
    `lacks optimizer tensor ${index}`,
    ({ weights }) => weights.splice(weights.indexOf(nth(weights.filter(isOptimizerWeight), index)), 1),
  ]),
  [
    'lacks all state of the strategy',
    ({ weights }) => weights.splice(0, weights.length, ...weights.filter((weight) => !isStrategyState(weight))),
  ],
  ...Array.from({ length: STATE_WEIGHTS }, (_, index): [string, Damage][] => [
    [
      `has state tensor ${index} renamed`,
      ({ weights }) => {
        const weight = nth(weights.filter(isStrategyState), index);
        weight.spec = { ...weight.spec, name: `${weight.spec.name}x` };
      },
    ],
    [
      `has state tensor ${index} of another shape`,
      ({ weights }) => {
        const weight = nth(weights.filter(isStrategyState), index);
        weight.spec = { ...weight.spec, shape: [2] };
        weight.bytes = new Uint8Array(8);
      },
    ],
    [
      `has NaN in state tensor ${index}`,
      ({ weights }) => {
        nth(weights.filter(isStrategyState), index).bytes = new Uint8Array(Float32Array.of(NaN).buffer);
      },
    ],
  ]).flat(),
  ...[0, 0.3, 0.7, 0.99].map((share): [string, Damage] => [
    `has its settings truncated to ${share * 100} %`,
    ({ artifacts }) =>
      changeConfig(artifacts, (config) => {
        const clipping = config['clipping'] as string;
        return { ...config, clipping: clipping.slice(0, Math.floor(share * clipping.length)) };
      }),
  ]),
  ...SETTINGS.map((setting): [string, Damage] => [
    `lacks the setting ${setting}`,
    ({ artifacts }) =>
      changeConfig(artifacts, (config) =>
        Object.fromEntries(Object.entries(config).filter(([name]) => camelCase(name) !== setting)),
      ),
  ]),
  [
    'names an unknown optimizer',
    ({ artifacts }) =>
      changeConfig(artifacts, (config) => ({ ...config, inner_class_name: 'Adamant', innerClassName: 'Adamant' })),
  ],
];

describe('a checkpoint', () => {
  it('resumes exactly when it is undamaged', async () => {
    const { artifacts, weights } = split(whole);
    expect(weights.filter(isOptimizerWeight)).toHaveLength(OPTIMIZER_WEIGHTS);
    expect(weights.filter(isStrategyState)).toHaveLength(STATE_WEIGHTS);
    const net = await loaded(join({ artifacts, weights }));
    await train(net, 8);
    expect(weightsOf(net)).toEqual(expected);
  });

  it.each(cases)('that %s is rejected with a ClippingError', async (_, damage) => {
    const checkpoint = split(whole);
    damage(checkpoint);
    expect(await rejectionOf(loadAndTrain(join(checkpoint)))).toMatchObject({ name: 'ClippingError' });
  });

  it('that lacks the end of its weights is rejected by tfjs', async () => {
    const checkpoint = split(whole);
    for (const weight of checkpoint.weights.slice(2)) weight.bytes = new Uint8Array(0);
    expect(await rejectionOf(loadAndTrain(join(checkpoint)))).toBeInstanceOf(Error);
  });
});

async function loadAndTrain(artifacts: Artifacts): Promise<void> {
  const net = await loaded(artifacts);
  await train(net, 1);
}

function nth(weights: readonly Weight[], index: number): Weight {
  return weights[index] as Weight;
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function changeConfig(
  artifacts: Artifacts,
  change: (config: Readonly<Record<string, unknown>>) => Record<string, unknown>,
): void {
  const training = artifacts.trainingConfig as unknown as { optimizer_config: { config: Record<string, unknown> } };
  training.optimizer_config.config = change(training.optimizer_config.config);
}

function split(file: Artifacts): Checkpoint {
  const artifacts = JSON.parse(JSON.stringify({ ...file, weightData: undefined })) as Artifacts;
  const data = new Uint8Array(file.weightData as ArrayBuffer);
  let start = 0;
  const weights = (file.weightSpecs ?? []).map((spec) => {
    const end = start + 4 * spec.shape.reduce((product, length) => product * length, 1);
    const bytes = data.slice(start, end);
    start = end;
    return { spec: { ...spec }, bytes };
  });
  return { artifacts, weights };
}

function join({ artifacts, weights }: Checkpoint): Artifacts {
  const { buffer, byteOffset, byteLength } = Buffer.concat(weights.map(({ bytes }) => bytes));
  const weightData = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  return { ...artifacts, weightSpecs: weights.map(({ spec }) => spec), weightData };
}

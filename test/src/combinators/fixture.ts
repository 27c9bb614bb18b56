import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { type ClippingStrategy, type NamedTensors, type StrategySpec } from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { describeStrategy } from 'gradclip/testing';
import { afterEach, beforeAll, describe, it } from 'vitest';

/** Tests a combination of strategies by the same laws as every strategy. */
export function describeCombinator(id: string, make: () => ClippingStrategy, backends = ['cpu', 'wasm']): void {
  const factory = Object.assign(make, {
    id,
    title: id,
    source: { authors: 'gradclip', year: 2026, title: id, url: 'https://example.org' },
    laws: { direction: 'none', idempotent: false } as const,
    fields: {},
  });
  const reason = 'takes a strategy instead of options';
  describeStrategy(factory, { describe, it, backends, exempt: { spelling: reason, bounds: reason } });
}

/** Runs a block on each backend that needs no graphics card, and disposes the variables after each test. */
export function onEachBackend(block: (backend: string) => void): void {
  describe.each(['cpu', 'wasm'])('on %s', (backend) => {
    beforeAll(async () => {
      await tf.setBackend(backend);
      await tf.ready();
    });
    afterEach(() => {
      tf.disposeVariables();
    });
    block(backend);
  });
}

/** Converts a strategy to JSON and back. */
export function throughJson(strategy: ClippingStrategy): ClippingStrategy {
  const infinite = (_: string, value: unknown): unknown => (value === Infinity ? 'Infinity' : value);
  const json = JSON.stringify({ id: strategy.id, options: strategy.options }, infinite);
  return fromSpec(JSON.parse(json) as StrategySpec);
}

/** Creates a strategy from JSON with a registry of all strategies. */
export function fromSpec(spec: StrategySpec): ClippingStrategy {
  return createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry).create(spec);
}

/** Vectors by name, as tensors. */
export function tensors(values: Readonly<Record<string, readonly number[]>>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, tf.tensor1d([...list])]));
}

/** Tensors as plain numbers. */
export function numbers(given: NamedTensors): Record<string, number[]> {
  return Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
}

/** Clips several steps with a strategy and returns the gradients of each. */
export function clipped(
  strategy: ClippingStrategy,
  steps: readonly Readonly<Record<string, readonly number[]>>[],
): Record<string, number[]>[] {
  return tf.tidy(() => {
    const names = [...new Set(steps.flatMap((step) => Object.keys(step)))];
    const first = (name: string): readonly number[] => steps.find((step) => name in step)?.[name] ?? [];
    let state = strategy.init(tensors(Object.fromEntries(names.map((name) => [name, first(name)]))));
    return steps.map((step, index) => {
      const gradients = tensors(step);
      const result = strategy.clip(gradients, state, { step: index, parameters: gradients });
      state = result.state;
      return numbers(result.gradients);
    });
  });
}

/** A small recurrent network and its data, the same on every call. */
export function recurrentModel(): { model: tf.LayersModel; xs: tf.Tensor3D; ys: tf.Tensor2D } {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({
        name: `lstm${(built += 1)}`,
        units: 3,
        inputShape: [4, 2],
        kernelInitializer: seeded(1),
        recurrentInitializer: seeded(2),
      }),
      tf.layers.dense({ name: `dense${built}`, units: 1, kernelInitializer: seeded(3) }),
    ],
  });
  return {
    model,
    xs: tf.randomNormal([16, 4, 2], 0, 1, 'float32', 4),
    ys: tf.randomNormal([16, 1], 0, 3, 'float32', 5),
  };
}

let built = 0;

/** Every weight of a model, in order. */
export function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((tensor) => [...tensor.dataSync()]);
}

/** Saves a model with its optimizer and loads it, as from a file. */
export async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
    { includeOptimizer: true },
  );
  const { trainingConfig } = saved as tf.io.ModelArtifacts;
  // As a file would: JSON, with what tfjs cannot write lost.
  const artifacts = { ...saved, trainingConfig: JSON.parse(JSON.stringify(trainingConfig)) as tf.io.TrainingConfig };
  return tf.loadLayersModel(tf.io.fromMemory(artifacts as tf.io.ModelArtifacts));
}

import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, ModelCompileArgs } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../core/errors.ts';
import { REPLACE_VARIABLES, type ReplacesVariables, type VariableIdentity } from '../core/replaced-variables.ts';
import { createFromConfig, type Config, type Layer } from './tfjs-layers.ts';

/** The description of a layer in a saved model. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Config;
}

/** Returns the replacement of a layer, or undefined to keep it. */
export type ReplaceLayer = (spec: LayerSpec) => LayerSpec | undefined;

// The options that contain further layers: in wrappers, RNN around a cell, stacked cells and models.
const NESTED_KEYS = ['layer', 'cell', 'cells', 'layers'];

/** Replaces every layer in a description, the innermost first. */
export function replaceLayers(spec: LayerSpec, replace: ReplaceLayer): LayerSpec {
  const config = { ...spec.config };
  for (const key of NESTED_KEYS) {
    const nested = config[key];
    if (Array.isArray(nested)) config[key] = nested.map((inner: LayerSpec) => replaceLayers(inner, replace));
    else if (isSpec(nested)) config[key] = replaceLayers(nested, replace);
  }
  const updated = { ...spec, config };
  return { ...updated, ...replace(updated) };
}

/** Returns the description of a layer or a model. */
export function toLayerSpec(layer: Layer): LayerSpec {
  return { className: layer.getClassName(), config: layer.getConfig() as Config };
}

/** Creates a new, unbuilt layer from its description. */
export function createLayer<Created extends Layer>({ className, config }: LayerSpec): Created {
  return createFromConfig(className, config) as Created;
}

/**
 * Creates a new model with replaced layers and copies of the weights.
 *
 * If the given model is compiled, the new one is compiled the same way, with the same optimizer object.
 */
export function rebuildModel<Model extends LayersModel>(model: Model, call: string, replace: ReplaceLayer): Model {
  assertBuilt(model, call);
  const created = createLayer<Model>(replaceLayers(toLayerSpec(model), replace));
  created.setWeights(model.getWeights());
  const { optimizer, loss, metrics } = model as unknown as ModelCompileArgs;
  if (optimizer !== undefined) created.compile({ optimizer, loss, metrics: metrics ?? [] });
  return created;
}

/** Keeps the state of a clipped optimizer for the new model. tfjs's own optimizers keep theirs by index. */
export function moveOptimizerState(from: LayersModel, to: LayersModel): void {
  const { optimizer } = to as { readonly optimizer?: Partial<ReplacesVariables> };
  const successors = from.weights.map((weight, index): [string, VariableIdentity] => [
    (weight.read() as Variable).name,
    to.weights[index]!.read() as Variable,
  ]);
  optimizer?.[REPLACE_VARIABLES]?.(new Map(successors));
}

/** Whether the value is a model of tfjs-layers, not a single layer. */
export function isModel(target: unknown): target is LayersModel {
  return typeof target === 'object' && target !== null && 'layers' in target && 'predict' in target;
}

function isSpec(value: unknown): value is LayerSpec {
  return typeof value === 'object' && value !== null && 'className' in value && 'config' in value;
}

/**
 * Asserts that the value is a model of tfjs-layers that has its weights.
 *
 * @throws ClippingError `not-built`
 */
export function assertBuilt(model: unknown, call: string): asserts model is LayersModel {
  if (!isModel(model)) {
    throw new ClippingError('not-built', `\`${call}\` needs a model of tfjs-layers; received ${formatValue(model)}.`);
  }
  // A sequential model that knows its outputs creates its weights when they are first read.
  if (Array.isArray(model.outputs) && model.outputs.length > 0) {
    model.getWeights();
    return;
  }
  throw new ClippingError(
    'not-built',
    `\`${call}\` needs a model that has its weights; ${model.name} has none yet. ` +
      'Give its first layer an inputShape, or call model.build(shape).',
  );
}

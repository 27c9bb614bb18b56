import type { LayersModel, ModelCompileArgs } from '@tensorflow/tfjs-layers';
import { ClippingError, formatValue } from '../core/errors.ts';
import { createFromConfig, type Config, type Layer } from './tfjs-layers.ts';

/** A layer as saved models describe it. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Config;
}

/** Answers with another layer for this one, or with undefined to leave it as it is. */
export type ReplaceLayer = (spec: LayerSpec) => LayerSpec | undefined;

// Where a configuration holds further layers: wrappers, RNN around a cell, stacked cells, models.
const NESTED = ['layer', 'cell', 'cells', 'layers'];

/** The description with every layer in it replaced, the innermost first. */
export function replaceLayers(spec: LayerSpec, replace: ReplaceLayer): LayerSpec {
  const config = { ...spec.config };
  for (const key of NESTED) {
    const nested = config[key];
    if (Array.isArray(nested)) config[key] = nested.map((one: LayerSpec) => replaceLayers(one, replace));
    else if (isSpec(nested)) config[key] = replaceLayers(nested, replace);
  }
  const same = { ...spec, config };
  return { ...same, ...replace(same) };
}

/** The description of a layer or a model. */
export function toLayerSpec(layer: Layer): LayerSpec {
  return { className: layer.getClassName(), config: layer.getConfig() as Config };
}

/** A new, unbuilt layer of this description. */
export function createLayer<Made extends Layer>({ className, config }: LayerSpec): Made {
  return createFromConfig(className, config) as Made;
}

/**
 * A new model with replaced layers and copies of the weights; compiled like the given one, with the same
 * optimizer object, if that was compiled.
 */
export function rebuildModel<Model extends LayersModel>(model: Model, call: string, replace: ReplaceLayer): Model {
  assertBuilt(model, call);
  const created = createLayer<Model>(replaceLayers(toLayerSpec(model), replace));
  created.setWeights(model.getWeights());
  const { optimizer, loss, metrics } = model as unknown as ModelCompileArgs;
  if (optimizer !== undefined) created.compile({ optimizer, loss, metrics: metrics ?? [] });
  return created;
}

/** Whether this is a model of tfjs-layers rather than a single layer. */
export function isModel(target: unknown): target is LayersModel {
  return typeof target === 'object' && target !== null && 'layers' in target && 'predict' in target;
}

function isSpec(value: unknown): value is LayerSpec {
  return typeof value === 'object' && value !== null && 'className' in value && 'config' in value;
}

/**
 * Refuses what is not a model of tfjs-layers with weights.
 *
 * @throws ClippingError `not-built`
 */
export function assertBuilt(model: unknown, call: string): asserts model is LayersModel {
  if (!isModel(model)) {
    throw new ClippingError('not-built', `\`${call}\` takes a model of tfjs-layers; received ${formatValue(model)}.`);
  }
  // A sequential model builds itself on first use, which it can once it knows its outputs.
  if (Array.isArray(model.outputs) && model.outputs.length > 0) {
    model.getWeights();
    return;
  }
  throw new ClippingError(
    'not-built',
    `\`${call}\` needs a model that has its weights, and ${model.name} has none yet. ` +
      'Give its first layer an inputShape, or call model.build(shape).',
  );
}

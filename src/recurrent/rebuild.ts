import type { serialization } from '@tensorflow/tfjs-core';
import type { LayersModel, ModelCompileArgs } from '@tensorflow/tfjs-layers';
import { fromConfig, type Config, type Layer } from './stock.ts';

/** A layer as saved models describe it. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Config;
}

/** Answers with another layer for this one, or with undefined to leave it as it is. */
export type Replace = (spec: LayerSpec) => LayerSpec | undefined;

// Where a configuration holds further layers: wrappers, RNN around a cell, stacked cells, models.
const NESTED = ['layer', 'cell', 'cells', 'layers'];

/** The description with every layer in it replaced, the innermost first. */
export function replacedIn(spec: LayerSpec, replace: Replace): LayerSpec {
  const config = { ...spec.config };
  for (const key of NESTED) {
    const nested = config[key];
    if (Array.isArray(nested)) config[key] = nested.map((one: LayerSpec) => replacedIn(one, replace));
    else if (isSpec(nested)) config[key] = replacedIn(nested, replace);
  }
  const same = { ...spec, config };
  return { ...same, ...replace(same) };
}

/** The description of a layer or a model. */
export function specOf(layer: Layer): LayerSpec {
  return { className: layer.getClassName(), config: layer.getConfig() as Config };
}

/** A new, unbuilt layer of this description. */
export function layerOf<Made extends Layer>({ className, config }: LayerSpec): Made {
  return fromConfig(className, config) as Made;
}

/**
 * A new model with replaced layers and copies of the weights; compiled like the given one, with the same
 * optimizer object, if that was compiled.
 */
export function rebuilt<Model extends LayersModel>(model: Model, replace: Replace): Model {
  const made = layerOf<Model>(replacedIn(specOf(model), replace));
  made.setWeights(model.getWeights());
  for (const layer of flat(model)) {
    const twin = flat(made).find(({ name }) => name === layer.name);
    if (twin !== undefined && twin.trainable !== layer.trainable) twin.trainable = layer.trainable;
  }
  const { optimizer, loss, metrics } = model as unknown as ModelCompileArgs;
  if (optimizer !== undefined) made.compile({ optimizer, loss, metrics: metrics ?? [] });
  return made;
}

/** Whether this is a model of tfjs-layers rather than a single layer. */
export function isModel(target: unknown): target is LayersModel {
  return typeof target === 'object' && target !== null && 'layers' in target && 'predict' in target;
}

/** The layers of a model and of the models in it. */
function flat(model: LayersModel): Layer[] {
  return model.layers.flatMap((layer) => (isModel(layer) ? [layer, ...flat(layer)] : [layer]));
}

function isSpec(value: unknown): value is LayerSpec {
  return typeof value === 'object' && value !== null && 'className' in value && 'config' in value;
}

/** A configuration in the type that tfjs uses for it. */
export type StockConfig = serialization.ConfigDict;

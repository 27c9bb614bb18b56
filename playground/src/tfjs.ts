/**
 * What `@tensorflow/tfjs` stands for in the playground: the same, without the backends, which are fetched one at a
 * time as they are needed.
 *
 * @module
 */

// First: each gradient asks for a flag when it is registered, and this is where flags come from.
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';

import { version_core } from '@tensorflow/tfjs-core';

/** The version, as `@tensorflow/tfjs` gives it. */
export const version = { tfjs: version_core, 'tfjs-core': version_core };

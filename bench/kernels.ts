import * as tf from '@tensorflow/tfjs';
import { clipOptimizer } from 'gradclip';
import { globalNorm } from 'gradclip/strategies';
import { idiomWithNorm, usualIdiom } from './idioms.ts';
import { compareTimes } from './measure.ts';
import { memoryPasses } from './memory-passes.ts';
import { NoStep } from './no-step.ts';
import { createGradients, SETS } from './sets.ts';

/** The time of one method on one set. */
export interface KernelRow {
  readonly backend: string;
  readonly set: string;
  readonly method: string;
  readonly ms: number;
  /** Time as a multiple of the usual tfjs idiom's on the same backend. */
  readonly ofIdiom: number;
}

const NEVER_CLIPS = 1e9;
const ALWAYS_CLIPS = 1e-3;
const COLLECT_GARBAGE_FROM = 2e6;
// These thresholds always or never clip, which the wrapper would warn about.
const QUIET = { warnings: false };

/** Times clipping by global norm, the tfjs idioms and plain passes over memory, on the backend in use. */
export async function benchKernels(roundsFor: (elements: number) => number): Promise<KernelRow[]> {
  const backend = tf.getBackend();
  const rows: KernelRow[] = [];
  for (const set of SETS) {
    const { gradients, parameters, dispose } = createGradients(set);
    const tensors = Object.values(gradients);
    const context = { step: 0, parameters };
    const clip = (maxNorm: number) => {
      const strategy = globalNorm({ maxNorm });
      return () => tf.tidy(() => void strategy.clip(gradients, {}, context));
    };
    const neverClips = clipOptimizer(new NoStep(), globalNorm({ maxNorm: NEVER_CLIPS }), QUIET);
    const alwaysClips = clipOptimizer(new NoStep(), globalNorm({ maxNorm: ALWAYS_CLIPS }), QUIET);
    const elements = set.shape[0] * set.shape[1];
    const allElements = set.tensors * elements;
    const passes = await memoryPasses(set.tensors, elements);
    const times = compareTimes(
      {
        'gradclip, not clipping': clip(NEVER_CLIPS),
        'gradclip, clipping': clip(ALWAYS_CLIPS),
        'whole wrapper, not clipping': () => neverClips.applyGradients(gradients as tf.NamedTensorMap),
        'whole wrapper, clipping': () => alwaysClips.applyGradients(gradients as tf.NamedTensorMap),
        'usual tfjs idiom': () => tf.tidy(() => void usualIdiom(tensors, ALWAYS_CLIPS)),
        'idiom with tf.norm': () => tf.tidy(() => void idiomWithNorm(tensors, ALWAYS_CLIPS)),
        'one read of the gradients': passes.read,
        'memcpy of the gradients': passes.copy,
        'copy into new arrays': passes.copyToNewArrays,
      },
      { rounds: roundsFor(allElements), collectGarbage: allElements > COLLECT_GARBAGE_FROM },
    );
    for (const [method, ms] of Object.entries(times))
      rows.push({ backend, set: set.name, method, ms, ofIdiom: ms / times['usual tfjs idiom'] });
    neverClips.dispose();
    alwaysClips.dispose();
    dispose();
  }
  return rows;
}

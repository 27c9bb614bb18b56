import { version_core } from '@tensorflow/tfjs-core';
import { ClippingError } from './errors.ts';

/** Tells users how to find and remove the second copy. */
export const ONE_TFJS_ADVICE =
  'Run `npm ls @tensorflow/tfjs-core` to list the copies, then install one version and run `npm dedupe`. On a web page, load tfjs once.';

/**
 * Creates the error for an object that belongs to another copy of tfjs than the one gradclip loaded.
 *
 * Copies share one engine, so training appears to work. But each copy has its own list of classes, so one copy cannot
 * load a model that another one saved.
 */
export function secondTfjsError(what: string): ClippingError {
  return new ClippingError(
    'second-tfjs',
    `${what} another copy of @tensorflow/tfjs-core than the one that gradclip found, ${version_core}. ${ONE_TFJS_ADVICE}`,
  );
}

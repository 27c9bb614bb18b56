import { version_core } from '@tensorflow/tfjs-core';
import { ClippingError } from './errors.ts';

/** Tells users how to find and remove the second copy. */
export const ONE_TFJS_ADVICE =
  'Run `npm ls @tensorflow/tfjs-core`, install one version and run `npm dedupe`. On a web page, load tfjs once.';

/**
 * Creates the error for an object of a second copy of tfjs, which gradclip does not use.
 *
 * Copies share one engine, so training appears to work. But each copy has its own list of classes, so one copy cannot
 * load a model that another one saved.
 */
export function secondTfjsError(what: string): ClippingError {
  return new ClippingError(
    'second-tfjs',
    `${what} a second copy of @tensorflow/tfjs-core; gradclip uses ${version_core}. ${ONE_TFJS_ADVICE}`,
  );
}

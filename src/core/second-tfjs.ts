import { version_core } from '@tensorflow/tfjs-core';
import { ClippingError } from './errors.ts';

/** How to find and be rid of it. */
export const ONE_TFJS_ADVICE =
  '`npm ls @tensorflow/tfjs-core` lists the copies: install one version for all, and run `npm dedupe`; in a page, load tfjs once.';

/**
 * The error for what belongs to another copy of tfjs than the one this library found.
 *
 * Copies share one engine, so training seems to work; but each has its own list of classes, so models that are saved
 * by one cannot be loaded by the other.
 */
export function secondTfjsError(what: string): ClippingError {
  return new ClippingError(
    'second-tfjs',
    `${what} another copy of @tensorflow/tfjs-core than the one that gradclip found, ${version_core}. ${ONE_TFJS_ADVICE}`,
  );
}

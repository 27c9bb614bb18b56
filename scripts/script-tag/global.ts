// Defines the global variable `gradclip`.
import { ClippingError } from '../../src/core/errors.ts';
import { MODULES, scriptTag, type Global } from './needs.ts';

// The version that is built.
declare const VERSION: string;

/** Defines `gradclip`, with what gradclip.recurrent.min.js uses. */
export function defineGradclip(names: object, modules: readonly unknown[]): void {
  Object.defineProperties(names, {
    [MODULES]: { value: { version: VERSION, modules } },
    recurrent: {
      configurable: true,
      get() {
        const tag = scriptTag(`gradclip@${VERSION}`, 'gradclip.recurrent.min.js');
        throw new ClippingError(
          'missing-script',
          `\`gradclip.recurrent\` needs a second file. Load it as well: ${tag}.`,
        );
      },
    },
  });
  (globalThis as Global).gradclip = names;
}

/** Adds `gradclip.recurrent`. */
export function addRecurrent(recurrent: object): void {
  const { gradclip } = globalThis as Global;
  Object.defineProperty(gradclip, 'recurrent', { value: recurrent, enumerable: true });
}

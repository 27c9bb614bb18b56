// Defines the global variable `gradclip`.
import { ClippingError } from '../../src/core/errors.ts';
import { MODULES, type Global } from './needs.ts';

// The version that is built.
declare const VERSION: string;

/** Defines `gradclip`, with what gradclip.layers.min.js uses. `missing` are the names that file adds. */
export function defineGradclip(names: object, modules: readonly unknown[], missing: readonly string[]): void {
  Object.defineProperty(names, MODULES, { value: { version: VERSION, modules } });
  for (const name of missing) {
    const get = (): never => {
      throw new ClippingError(
        'missing-script',
        `\`gradclip.${name}\` needs gradclip.layers.min.js of version ${VERSION}. Load it after gradclip.min.js.`,
      );
    };
    Object.defineProperty(names, name, { configurable: true, get });
  }
  (globalThis as Global).gradclip = names;
}

/** Adds names to `gradclip`. */
export function addNames(names: object): void {
  const { gradclip } = globalThis as Global;
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(gradclip, name, { value, enumerable: true, configurable: true });
  }
}

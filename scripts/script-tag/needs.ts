// What a script needs from the scripts before it. The errors here only look like a ClippingError, because no module of
// gradclip runs before these checks.
import type { ClippingErrorCode } from '../../src/core/errors.ts';

// The version and the name of the file that is built.
declare const VERSION: string;
declare const FILE: string;

/** Where gradclip.min.js keeps what gradclip.layers.min.js uses of it, so that both share one state. */
export const MODULES = Symbol.for('gradclip:modules');

/** The global variables. */
export interface Global {
  readonly tf?: { readonly version_core?: unknown };
  gradclip?: { readonly [MODULES]?: { readonly version: string; readonly modules: readonly unknown[] } };
}

/**
 * The TensorFlow.js that an earlier script tag defined as the global `tf`.
 *
 * @throws `no-tfjs`.
 */
export function globalTfjs(): object {
  const { tf } = globalThis as Global;
  const version = String(tf?.version_core ?? 'none');
  const [major, minor] = version.split('.').map(Number);
  if (tf !== undefined && major === 4 && Number(minor) >= 20) return tf;
  throw clippingError(
    'no-tfjs',
    `${FILE} needs TensorFlow.js 4.20 or a later 4.x in the global variable \`tf\`; found ${version}. ` +
      `Load it first: ${scriptTag('@tensorflow/tfjs@4.22.0', 'tf.min.js')}.`,
  );
}

/**
 * What gradclip.min.js shares, in the order in which both files were built.
 *
 * @throws `no-tfjs`, or `missing-script` unless that file of this version is loaded.
 */
export function sharedModules(): readonly unknown[] {
  globalTfjs();
  const { gradclip } = globalThis as Global;
  const shared = gradclip?.[MODULES];
  if (shared?.version === VERSION) return shared.modules;
  const found = shared?.version ?? (gradclip === undefined ? 'none' : 'another version');
  throw clippingError(
    'missing-script',
    `${FILE} needs gradclip.min.js of version ${VERSION}; found ${found}. ` +
      `Load it first: ${scriptTag(`gradclip@${VERSION}`, 'gradclip.min.js')}.`,
  );
}

function clippingError(code: ClippingErrorCode, message: string): Error {
  return Object.assign(new Error(message), { name: 'ClippingError', code });
}

/** The tag that loads a file. */
function scriptTag(versioned: string, file: string): string {
  return `\`<script src="https://cdn.jsdelivr.net/npm/${versioned}/dist/${file}"></script>\``;
}

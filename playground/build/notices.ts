import type { Plugin } from 'vite';

// The form of the notices of tfjs, which stand in each of its files.
const NOTICE = /\/\*\*\s*\* @license[^]*?\*\/\n?/g;

/** Keeps each license notice once in a file: the repeated ones are a third of the worker. */
export function noticesOnce(): Plugin {
  return {
    name: 'gradclip-notices',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const seen = new Set<string>();
        file.code = file.code.replace(NOTICE, (notice) => (seen.size === seen.add(notice).size ? '' : notice));
      }
    },
  };
}

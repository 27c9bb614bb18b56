import { fileURLToPath } from 'node:url';
import { runnerImport, type Plugin } from 'vite';
import type { Catalogue } from '../src/catalogue.ts';

const ID = 'virtual:catalogue';
const source = fileURLToPath(new URL('../src/strategies.ts', import.meta.url));

/** Embeds the catalogue of strategies and of the lab at build time, as plain values. */
export function catalogue(): Plugin {
  return {
    name: 'gradclip-catalogue',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      return (made ??= make());
    },
  };
}

// The page and the worker have it in common.
let made: Promise<string> | undefined;

async function make(): Promise<string> {
  const { module } = await runnerImport<{ catalogueOf: () => Catalogue }>(source, {
    configFile: false,
    logLevel: 'error',
    environments: {
      inline: {
        resolve: { noExternal: [/^gradclip/], conditions: ['source', 'node', 'import', 'module', 'default'] },
      },
    },
  });
  return `export default ${literal(module.catalogueOf())};`;
}

// JSON has no infinities, JavaScript has.
function literal(value: unknown): string {
  const marked = JSON.stringify(value, (_key, one: unknown) =>
    one === Infinity ? '@Infinity' : one === -Infinity ? '@-Infinity' : one,
  );
  return marked.replaceAll(/"@(-?Infinity)"/g, '$1');
}

import { build, type Rolldown } from 'vite';

const root = new URL('../..', import.meta.url).pathname;
const entry = `${root}program.js`;

export interface Bundle {
  readonly code: string;
  /** The modules that contribute code, relative to the root of the repository. */
  readonly modules: readonly string[];
}

/** Bundles a program with Vite, from the sources and without tfjs. */
export async function bundleFromSource(program: string): Promise<Bundle> {
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['source', 'module', 'browser', 'default'] },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'virtual:program' ? entry : undefined),
        load: (id) => (id === entry ? program : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      minify: 'oxc',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: 'virtual:program',
        external: [/^@tensorflow\//],
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = result.output.filter((file) => file.type === 'chunk');
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  return {
    code: chunks.map((chunk) => chunk.code).join('\n'),
    modules: modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([name]) => name.replace(root, '')),
  };
}

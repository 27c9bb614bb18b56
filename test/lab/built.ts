import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transformWithOxc } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OPTIONS = {
  target: 'es2022',
  sourcemap: false,
  typescript: { rewriteImportExtensions: 'rewrite', onlyRemoveTypeImports: true },
} as const;

/** The program, and how to be rid of it. */
export interface BuiltLab {
  readonly bin: string;
  remove(): void;
}

/**
 * The lab as it is published, in a folder of its own: worker threads and child processes need JavaScript.
 *
 * Stripping the types is all a build does but for checking them, and takes no time. The folder lies inside
 * `lab/node_modules`, so that imports find what they would find from `lab/dist`.
 */
export async function builtLab(): Promise<BuiltLab> {
  const built = join(ROOT, `lab/node_modules/.built-${process.pid}`);
  mkdirSync(built, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(built, 'package.json'));
  for (const [from, to] of [
    ['src', 'dist/src'],
    ['strategies', 'dist/strategies'],
    ['lab', 'lab'],
  ] as const) {
    await strip(join(ROOT, from), join(built, to));
  }
  return { bin: join(built, 'lab/bin.js'), remove: () => rmSync(built, { recursive: true }) };
}

/** Bundles the program of a report as the build of the lab does; answers the path of its file, beside which its licences lie. */
export async function bundleReportProgram(outDir: string): Promise<string> {
  // Vite would build for tests, since this process calls itself one.
  const mode = 'production';
  await build({ configFile: join(ROOT, 'lab/vite.config.ts'), mode, logLevel: 'warn', build: { outDir } });
  return join(outDir, 'report/client.js');
}

async function strip(from: string, to: string): Promise<void> {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') await strip(source, target);
    } else if (entry.name.endsWith('.ts')) {
      mkdirSync(dirname(target), { recursive: true });
      const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source, OPTIONS);
      writeFileSync(target.replace(/\.ts$/, '.js'), code);
    }
  }
}

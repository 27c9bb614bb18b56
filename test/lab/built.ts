import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transformWithOxc } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OPTIONS = {
  target: 'es2022',
  sourcemap: false,
  typescript: { rewriteImportExtensions: 'rewrite', onlyRemoveTypeImports: true },
} as const;

/** A temporary build of the lab. */
export interface BuiltLab {
  /** The path of the program. */
  readonly bin: string;
  remove(): void;
}

/**
 * Builds the lab into a temporary folder, because worker threads and child processes need JavaScript.
 *
 * It only strips the types, which is fast. The folder is inside `lab/node_modules`, so that imports resolve as they do
 * from `lab/dist`.
 */
export async function buildLab(): Promise<BuiltLab> {
  const built = mkdtempSync(join(ROOT, 'lab/node_modules/.built-'));
  // A test runs the program as another user.
  chmodSync(built, 0o755);
  cpSync(join(ROOT, 'package.json'), join(built, 'package.json'));
  for (const [from, to] of [
    ['src', 'dist/src'],
    ['strategies', 'dist/strategies'],
    ['lab', 'lab'],
  ] as const) {
    await stripTypes(join(ROOT, from), join(built, to));
  }
  return { bin: join(built, 'lab/bin.js'), remove: () => rmSync(built, { recursive: true }) };
}

/** Bundles the script of the report page as the build does, and returns its path. Its licences are in the same folder. */
export async function bundleReportScript(outDir: string): Promise<string> {
  // Without this, Vite would build for the test mode of this process.
  const mode = 'production';
  await build({ configFile: join(ROOT, 'lab/vite.config.ts'), mode, logLevel: 'warn', build: { outDir } });
  return join(outDir, 'report/client.js');
}

async function stripTypes(from: string, to: string): Promise<void> {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'dist') await stripTypes(source, target);
    } else if (entry.name.endsWith('.ts')) {
      mkdirSync(dirname(target), { recursive: true });
      const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source, OPTIONS);
      writeFileSync(target.replace(/\.ts$/, '.js'), code);
    }
  }
}

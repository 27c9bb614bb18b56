// `npm pack` includes exactly the intended files, and every reference between them resolves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { ROOT } from './run.ts';

const { lab } = inject('installed');
const packed = inject('packed');

type Target = string | { readonly [condition: string]: Target };

interface Manifest {
  readonly version: string;
  readonly exports: Target;
  readonly bin?: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.includes('node_modules/'));
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
// AssemblyScript, compiled into bytes that are part of the sources.
const isAssembly = (source: string): boolean => source.includes('/assembly/');
const isModule = (source: string): boolean =>
  source.endsWith('.ts') && !source.endsWith('.d.ts') && !isAssembly(source);
const built = (folder: string, source: string, endings: readonly string[]): string[] =>
  isModule(source) ? endings.map((ending) => `${folder}/${source.replace(/ts$/, ending)}`) : [];
const targetsIn = (target: Target): string[] =>
  typeof target === 'string' ? [target] : Object.values(target).flatMap(targetsIn);

const entryDeclarations = targetsIn((JSON.parse(read(ROOT, 'package.json')) as Manifest).exports)
  .filter((target) => /^\.\/dist\/(?!cjs).*\.d\.ts$/.test(target))
  .flatMap((target) => [target.slice(2), `${target.slice(2)}.map`]);
const library = ['src', 'strategies'].flatMap((folder) =>
  filesIn(join(ROOT, folder)).map((name) => `${folder}/${name}`),
);
const labSources = filesIn(join(ROOT, 'lab')).filter(
  (name) => name.endsWith('.ts') && !/^(dist|report\/client)\/|\.config\.ts$/.test(name),
);

describe.each([
  {
    name: 'gradclip',
    folder: join(lab, 'node_modules/gradclip'),
    sources: library,
    outputs: [
      ...library.flatMap((source) => built('dist', source, ['js', 'js.map'])),
      ...library.flatMap((source) => built('dist/cjs', source, ['js', 'd.ts', 'd.ts.map'])),
      ...new Set(entryDeclarations),
    ],
    beside: [
      ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'],
      // For `require`, and for tools that read no `exports`.
      'dist/cjs/package.json',
      ...['container', 'define', 'layers', 'recurrent', 'strategies', 'testing', 'wasm'].map((entry) => `${entry}.js`),
      // For script tags.
      ...['', 'layers.'].flatMap((part) => [`dist/gradclip.${part}min.js`, `dist/gradclip.${part}min.d.ts`]),
    ],
  },
  {
    name: 'gradclip-lab',
    folder: join(lab, 'node_modules/gradclip-lab'),
    sources: labSources,
    outputs: labSources.flatMap((source) => built('dist', source, ['js', 'js.map', 'd.ts', 'd.ts.map'])),
    beside: [
      ...['package.json', 'README.md', 'LICENSE', 'gradclip-lab.js'],
      // The program inside every report, in one file.
      ...['dist/report/client.js', 'dist/report/client-licences.md'],
    ],
  },
])('the package $name', ({ folder, sources, outputs, beside }) => {
  const files = filesIn(folder);
  const manifest = JSON.parse(read(folder, 'package.json')) as Manifest;

  it('contains the sources, their build output and nothing else', () => {
    expect(files.sort()).toEqual([...beside, ...sources, ...outputs].sort());
  });

  it('has source maps that point to sources in the package', () => {
    const maps = files.filter((name) => name.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    for (const map of maps) {
      const { sources: mapped } = JSON.parse(read(folder, map)) as { sources: string[] };
      for (const source of mapped) expect(files).toContain(join(dirname(map), source));
    }
  });

  it('exports and runs only files in the package', () => {
    const targets = [...targetsIn(manifest.exports), ...Object.values(manifest.bin ?? {})];
    for (const target of targets) expect(existsSync(join(folder, target)), target).toBe(true);
  });

  it('has a README without relative links and pictures, which npm could not show', () => {
    const prose = read(folder, 'README.md').replaceAll(/^```[\s\S]*?^```/gm, '');
    expect(prose.match(/\]\((?!https:|#)[^)]*\)/g) ?? []).toEqual([]);
  });

  it('depends only on published versions', () => {
    const ranges = Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(ranges.filter((range) => !/^[\^~]?\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  it('contains no path of the machine that packed it', () => {
    expect(files.filter((name) => read(folder, name).includes(ROOT))).toEqual([]);
  });
});

describe('the two packages', () => {
  it('are small', () => {
    const limits = { gradclip: 620_000, 'gradclip-lab': 800_000 };
    const rows = Object.entries({ gradclip: packed.gradclip, 'gradclip-lab': packed.lab }).map(([name, made]) => ({
      package: name as keyof typeof limits,
      files: made.entryCount,
      'packed bytes': made.size,
      'unpacked bytes': made.unpackedSize,
    }));
    console.table(rows);
    for (const row of rows) expect(row['packed bytes'], row.package).toBeLessThan(limits[row.package]);
  });

  it('fit together: the lab depends on this version of the library, and npm installs it once', () => {
    const { version } = JSON.parse(read(ROOT, 'package.json')) as Manifest;
    const manifest = JSON.parse(read(lab, 'node_modules/gradclip-lab/package.json')) as Manifest;
    expect(manifest.version).toBe(version);
    expect(manifest.dependencies['gradclip']).toBe(`^${version}`);
    expect(existsSync(join(lab, 'node_modules/gradclip-lab/node_modules/gradclip'))).toBe(false);
    expect(JSON.parse(read(lab, 'package-lock.json'))).toMatchObject({
      packages: { 'node_modules/gradclip': { resolved: expect.stringMatching(/gradclip-\d.*\.tgz$/) as string } },
    });
  });
});

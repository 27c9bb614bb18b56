// The examples that are projects. Each is copied into an empty folder beside an installed package, as its README says.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { describeWithBrowser } from '../browser/visit.ts';
import { answerOf } from './in-a-page.ts';
import { node, ROOT, run } from './run.ts';

const { user } = inject('installed');
const tool = (name: string): string => join(ROOT, 'node_modules', name);
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>> & {
    version: string;
  };

function copied(example: string): string {
  // Node and compilers also look for packages in parent folders.
  const folder = join(user, example);
  cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
  return folder;
}

describeWithBrowser('a page without a bundler', (open) => {
  it('trains from an import map and contacts no other server', async () => {
    cpSync(join(ROOT, 'examples/15-browser-page/index.html'), join(user, 'index.html'));
    const { output, offences } = await answerOf(open, user, 'index.html');
    expect(offences).toEqual([]);
    expect(output).toMatch(/^10 steps on (webgl|cpu), \d+ % clipped, median norm \d+\.\d\d$/);
  });
});

describe('a CommonJS project', () => {
  it('requires the package', async () => {
    const { code, out, err } = await node(copied('16-commonjs'), 'main.js');
    expect(code, err).toBe(0);
    expect(err).not.toMatch(/ExperimentalWarning/);
    expect(out).toMatch(/^\d+ steps, \d+ % clipped$/m);
    expect(out).toContain('require and import() give the same function: true');
  });
});

describe('a TypeScript project', () => {
  it('with moduleResolution node16 compiles, and runs', async () => {
    const folder = copied('17-typescript-node16');
    expect(await node(folder, tool('typescript/bin/tsc'))).toMatchObject({ code: 0, out: '' });
    expect((await node(folder, 'dist/main.js')).out).toBe('3 steps, none longer than 0.71\n');
  });

  it('with moduleResolution bundler compiles, is bundled, and runs', async () => {
    const folder = copied('18-typescript-bundler');
    expect(await node(folder, tool('typescript/bin/tsc'))).toMatchObject({ code: 0, out: '' });
    const [command, ...args] = manifestOf(folder)['scripts']?.['build']?.split(' ') ?? [];
    expect(command).toBe('esbuild');
    expect(await run(folder, tool('.bin/esbuild'), ...args)).toMatchObject({ code: 0 });
    const { out } = await node(folder, 'dist/main.cjs');
    expect(out).toMatch(/^step 0: norm 10\.00 → 4\.00$/m);
    expect(out).toMatch(/^step 5: norm \d\.\d\d → 1\.00$/m);
  });

  it.each(['node16', 'bundler'])('with moduleResolution %s reports a misspelt option', async (moduleResolution) => {
    const folder = join(user, `misspelt-${moduleResolution}`);
    mkdirSync(folder, { recursive: true });
    const module = moduleResolution === 'node16' ? 'node16' : 'esnext';
    const compilerOptions = { module, moduleResolution, strict: true, skipLibCheck: true, noEmit: true, types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    writeFileSync(
      join(folder, 'main.ts'),
      `import { globalNorm } from 'gradclip/strategies';\nglobalNorm({ maxNrm: 1 });\n`,
    );
    const { code, out } = await node(folder, tool('typescript/bin/tsc'));
    expect(code).not.toBe(0);
    expect(out).toMatch(/main\.ts\(2,14\).*'maxNrm' does not exist.*Did you mean to write 'maxNorm'\?/);
    expect(out.trim().split('\n')).toHaveLength(1);
  });
});

it('the projects depend on the versions that the tests use', () => {
  const { version, devDependencies } = manifestOf(ROOT);
  for (const example of ['16-commonjs', '17-typescript-node16', '18-typescript-bundler']) {
    const manifest = manifestOf(join(ROOT, 'examples', example));
    expect(manifest['dependencies']).toEqual({
      '@tensorflow/tfjs': `^${devDependencies?.['@tensorflow/tfjs']}`,
      gradclip: `^${version}`,
    });
    for (const [name, range] of Object.entries(manifest['devDependencies'] ?? {})) {
      expect(`${name} ${range.replace(/^[\^~]/, '')}`).toBe(
        `${name} ${devDependencies?.[name]?.replace(/^[\^~]/, '')}`,
      );
    }
  }
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The script runs in a copy of the repository that shares node_modules.
const root = fileURLToPath(new URL('..', import.meta.url));
const copied = [
  ...['src', 'strategies', 'scripts', 'lab', 'docs/strategies'],
  ...['test/strategies', 'test/support', 'test/system/browser', 'test/layout.test.ts'],
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts', 'eslint.config.js'],
  ...['.prettierrc.json', '.prettierignore', '.editorconfig'],
];
let copy: string;

const newStrategy = (...ids: string[]): ReturnType<typeof spawnSync> =>
  spawnSync('node', [join(root, 'scripts/new-strategy.mjs'), ...ids], {
    encoding: 'utf8',
    env: { ...process.env, NEW_STRATEGY_ROOT: copy },
  });
/** Runs an installed tool in the copy and returns its output. */
function runTool(tool: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: copy, encoding: 'utf8' });
  return stdout + stderr;
}
const WRITTEN = ['strategies/my-clip.ts', 'test/strategies/my-clip.test.ts', 'test/support/oracles/my-clip.ts'];
const PAGE = 'docs/strategies/my-clip.md';

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'new-strategy-'));
  for (const path of copied) {
    const filter = (source: string): boolean => !/\/(node_modules|dist)$/.test(source);
    cpSync(join(root, path), join(copy, path), { recursive: true, filter });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

describe('npm run new-strategy', () => {
  it('writes file, test, oracle and page, and adds the strategy to the index', () => {
    const { status, stdout } = newStrategy('my-clip');
    expect(status).toBe(0);
    for (const path of [...WRITTEN, PAGE]) expect(stdout).toContain(path);
    const index = readFileSync(join(copy, 'strategies/index.ts'), 'utf8');
    expect(index.match(/myClip\b/g)).toHaveLength(3);
    const names = [...index.matchAll(/^import \{.* from '\.\/(.*)\.ts';$/gm)].map(([, name]) => name);
    expect(names).toEqual([...names].sort());
    expect(index).toMatch(/\n {2}myClip,\n\]\);\n$/);
  });

  it('writes files that pass prettier and eslint', { timeout: 120_000 }, () => {
    const files = [...WRITTEN, PAGE, 'strategies/index.ts'];
    expect(runTool('prettier', '--check', ...files)).toContain('All matched');
    expect(runTool('eslint', ...files.slice(0, 3))).toBe('');
  });

  it('writes files that type-check', { timeout: 120_000 }, () => {
    const config = {
      extends: './tsconfig.json',
      files: [...WRITTEN, 'strategies/index.ts'],
      include: [],
    };
    writeFileSync(join(copy, 'tsconfig.new.json'), JSON.stringify(config));
    expect(runTool('tsc', '-p', 'tsconfig.new.json')).toBe('');
  });

  it('fails only the tests of the missing formula and oracle', { timeout: 120_000 }, () => {
    const report = join(copy, 'report.json');
    const tests = ['test/layout.test.ts', 'test/strategies/my-clip.test.ts'];
    runTool('vitest', 'run', '--project', 'node', '--reporter=json', `--outputFile=${report}`, ...tests);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(100);
    expect(failed.filter((name) => !/oracle/.test(name))).toEqual([
      expect.stringContaining('scales a norm of 5 down to 2.5'),
    ]);
    expect(failed.filter((name) => /oracle/.test(name)).length).toBeGreaterThan(0);
  });

  it.each([
    [['my-clip'], 'strategies/my-clip.ts already exists; nothing was written.'],
    [['MyClip'], 'An id must be lower-case words joined by hyphens, such as my-clip; received "MyClip".'],
    [['../evil'], 'An id must be lower-case words joined by hyphens, such as my-clip; received "../evil".'],
    [['chain'], 'The id "chain" is taken; choose another one.'],
    [[], 'Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip'],
    [['one', 'two'], 'Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip'],
  ])('rejects the arguments %j', (ids, message) => {
    const { status, stderr } = newStrategy(...ids);
    expect([status, String(stderr).trim()]).toEqual([1, message]);
  });
});

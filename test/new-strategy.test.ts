import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A copy of the house, in which a strategy is begun; the packages are those that are installed.
const root = fileURLToPath(new URL('..', import.meta.url));
const copied = [
  ...['src', 'strategies', 'scripts', 'lab', 'docs/strategies'],
  ...['test/strategies', 'test/support', 'test/system/browser', 'test/layout.test.ts'],
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts', 'eslint.config.js'],
  ...['.prettierrc.json', '.prettierignore', '.editorconfig'],
];
let copy: string;

const begin = (...ids: string[]): ReturnType<typeof spawnSync> =>
  spawnSync('node', [join(root, 'scripts/new-strategy.mjs'), ...ids], {
    encoding: 'utf8',
    env: { ...process.env, NEW_STRATEGY_ROOT: copy },
  });
/** What a tool says of the copy. */
function say(tool: string, ...given: string[]): string {
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), given, { cwd: copy, encoding: 'utf8' });
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
  it('writes file, test, oracle and page, and puts the strategy on the shelf', () => {
    const { status, stdout } = begin('my-clip');
    expect(status).toBe(0);
    for (const path of [...WRITTEN, PAGE]) expect(stdout).toContain(path);
    const shelf = readFileSync(join(copy, 'strategies/index.ts'), 'utf8');
    expect(shelf.match(/myClip\b/g)).toHaveLength(3);
    const names = [...shelf.matchAll(/^import \{.* from '\.\/(.*)\.ts';$/gm)].map(([, name]) => name);
    expect(names).toEqual([...names].sort());
    expect(shelf).toMatch(/\n {2}myClip,\n\]\);\n$/);
  });

  it('writes what is formatted and passes the linter', { timeout: 120_000 }, () => {
    const files = [...WRITTEN, PAGE, 'strategies/index.ts'];
    expect(say('prettier', '--check', ...files)).toContain('All matched');
    expect(say('eslint', ...files.slice(0, 3))).toBe('');
  });

  it('writes what type-checks', { timeout: 120_000 }, () => {
    const config = {
      extends: './tsconfig.json',
      files: [...WRITTEN, 'strategies/index.ts'],
      include: [],
    };
    writeFileSync(join(copy, 'tsconfig.new.json'), JSON.stringify(config));
    expect(say('tsc', '-p', 'tsconfig.new.json')).toBe('');
  });

  it('leaves red what has to be thought about, and nothing else', { timeout: 120_000 }, () => {
    const report = join(copy, 'report.json');
    const tests = ['test/layout.test.ts', 'test/strategies/my-clip.test.ts'];
    say('vitest', 'run', '--project', 'node', '--reporter=json', `--outputFile=${report}`, ...tests);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(100);
    expect(failed.filter((name) => !/oracle/.test(name))).toEqual([expect.stringContaining('5 → 2.5: halved')]);
    expect(failed.filter((name) => /oracle/.test(name)).length).toBeGreaterThan(0);
  });

  it.each([
    [['my-clip'], 'strategies/my-clip.ts is there already; nothing was written.'],
    [['MyClip'], 'An id is lower-case words joined by hyphens, such as my-clip; received "MyClip".'],
    [['../evil'], 'An id is lower-case words joined by hyphens, such as my-clip; received "../evil".'],
    [['chain'], 'A strategy may not be called "chain"; that name is taken.'],
    [[], 'Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip'],
    [['one', 'two'], 'Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip'],
  ])('refuses %j', (ids, message) => {
    const { status, stderr } = begin(...ids);
    expect([status, String(stderr).trim()]).toEqual([1, message]);
  });
});

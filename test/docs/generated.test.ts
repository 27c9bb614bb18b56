import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generators } from '../../scripts/generators.ts';
import { strategyPictures } from '../../scripts/strategy-pictures.ts';
import { docs, root, textOf } from './pages.ts';

function fillDocs(...parameters: string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, ['scripts/fill-docs.mjs', ...parameters], { cwd: root, encoding: 'utf8' });
}

it('every generated block of the docs is up to date', () => {
  const { status, stderr } = fillDocs('--check');
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('every strategy has a picture, and its page shows it', () => {
  const pages = docs.filter((page) => page.startsWith('docs/strategies/'));
  const pictures = pages.map((page) =>
    page.replace('docs/strategies/', 'docs/images/strategies/').replace('.md', '.svg'),
  );
  expect(Object.keys(strategyPictures()).sort()).toEqual(pictures);
  for (const page of pages) {
    expect(textOf(page)).toContain(
      `](../images/strategies/${page.slice('docs/strategies/'.length, -'.md'.length)}.svg)`,
    );
  }
});

describe('docs:fill', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradclip-fill-'));
  const page = join(folder, 'page.md');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reports a stale block and then replaces it', () => {
    writeFileSync(page, 'before\n<!-- generated: bench-tensors -->\nstale\n<!-- /generated -->\nafter\n');
    expect(fillDocs('--check', page)).toMatchObject({
      status: 1,
      stderr: `${page} is stale; \`npm run docs:fill\` updates it.\n`,
    });
    expect(fillDocs(page)).toMatchObject({ status: 0, stderr: '' });
    const table = generators['bench-tensors']?.() ?? '';
    expect(readFileSync(page, 'utf8')).toBe(
      `before\n<!-- generated: bench-tensors -->\n${table}\n<!-- /generated -->\nafter\n`,
    );
  });

  it('rejects a name that has no generator', () => {
    writeFileSync(page, '<!-- generated: speed -->\n<!-- /generated -->\n');
    const { status, stderr } = fillDocs(page);
    expect(status).toBe(1);
    expect(stderr).toContain('no generator is named "speed"; scripts/generators.ts has bench-kernels');
  });
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keep } from '../../lab/cli/keep.ts';
import { resultsFrom } from '../../lab/results-page/write-results.ts';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import { toLine } from '../../lab/run/record.ts';
import { parseArchive } from '../../lab/results-page/archive.ts';
import { runOf } from './fixtures.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const savedFolder = join(root, 'lab/results');
const savedNames = existsSync(savedFolder) ? readdirSync(savedFolder) : [];

describe('docs/results.md', () => {
  const files = resultsFrom(savedFolder, join(root, 'docs'));

  it('matches the saved records; if not, run `npm run results`', () => {
    for (const { path, text } of files) expect(readFileSync(join(root, 'docs', path), 'utf8'), path).toBe(text);
  });

  it('refers to every figure', () => {
    const made = new Set(files.map(({ path }) => path));
    const images = join(root, 'docs/images/results');
    for (const name of existsSync(images) ? readdirSync(images) : []) expect(made).toContain(`images/results/${name}`);
    const pages = files.map(({ text }) => text).join();
    for (const { path } of files.filter((one) => one.path.endsWith('.svg'))) expect(pages).toContain(`(${path})`);
  });

  it('uses records that are small enough to commit', () => {
    const sizes = savedNames.map((name) => readFileSync(join(savedFolder, name)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000);
  });

  it('states the command, the machine and the training time', () => {
    for (const name of savedNames.filter((one) => one.endsWith('.jsonl'))) {
      const { head, digests } = parseArchive(readFileSync(join(savedFolder, name), 'utf8'), name);
      expect(name).toBe(`${head.experiment}.jsonl`);
      expect(head.command).toContain(`gradclip-lab compare --experiment ${head.experiment}`);
      expect(new Set(digests.map(({ id }) => id)).size).toBe(digests.length);
      if (head.partial) continue;
      expect(files.map(({ text }) => text).join()).toContain(head.command);
    }
  });
});

describe('saving a comparison', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradclip-keep-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const { start, steps, end } = runOf({}, { score: 3 });

  function finished(out: string, planned: readonly string[]): string {
    const path = join(folder, out);
    const results = new ResultsFolder(path);
    results.assertWritable();
    results.addRun(start.id, [start, ...steps, end].map((one) => `${toLine(one)}\n`).join(''));
    const command = `gradclip-lab compare --kept x.jsonl --out ${path} --workers 2`;
    const plan = { experiment: 'quick', question: '?', budget: '', command, runs: planned };
    results.writeFile('plan.json', JSON.stringify(plan));
    return path;
  }

  it('writes one line about the experiment, whose command names no file or folder, and one line for each run', () => {
    const file = join(folder, 'quick.jsonl');
    expect(keep(finished('whole', [start.id]), file, '2026-01-31')).toBe(1);
    const { head, digests } = parseArchive(readFileSync(file, 'utf8'), file);
    expect(head).toMatchObject({
      experiment: 'quick',
      command: 'gradclip-lab compare --workers 2',
      date: '2026-01-31',
    });
    expect(digests).toMatchObject([
      { id: start.id, test: 3, validation: 3, steps: 3, clipped: 0, outcome: 'finished' },
    ]);
  });

  it('is refused by the results page if options changed its grid', () => {
    const saved = join(folder, 'changed.jsonl');
    keep(finished('changed', [start.id]), saved, '2026-01-31');
    const from = join(folder, 'from');
    mkdirSync(from);
    writeFileSync(join(from, 'mine.jsonl'), readFileSync(saved, 'utf8').replace('"quick"', '"quick, changed"'));
    expect(() => resultsFrom(from, folder)).toThrow(
      'mine.jsonl: no experiment is declared as `quick, changed` (options changed the grid), so the results page has no question for it. ' +
        'Declare it in a plugin, run it, and keep the result.',
    );
  });

  it('rejects an unfinished comparison', () => {
    const file = join(folder, 'part.jsonl');
    expect(() => keep(finished('part', [start.id, '0123456789abcdef']), file, '2026-01-31')).toThrow(
      /^1 of 2 runs in .* are missing\. Finish them with: gradclip-lab compare --kept x\.jsonl --out \S+ --workers 2$/,
    );
    expect(existsSync(file)).toBe(false);
  });

  it('saves a part of the runs on request, and completes the file later', () => {
    const file = join(folder, 'later.jsonl');
    const other = '0123456789abcdef';
    expect(keep(finished('begun', [start.id, other]), file, '2026-01-31', true)).toBe(1);
    expect(parseArchive(readFileSync(file, 'utf8'), file).head.partial).toBe(true);
    // On another machine the first run is only in the file.
    const elsewhere = finished('elsewhere', [start.id]);
    rmSync(join(elsewhere, 'runs', `${start.id}.jsonl`));
    expect(keep(elsewhere, file, '2026-02-01')).toBe(1);
    const { head, digests } = parseArchive(readFileSync(file, 'utf8'), file);
    expect(head).not.toHaveProperty('partial');
    expect(digests.map(({ id }) => id)).toEqual([start.id]);
  });

  it('rejects a file that is not a saved experiment and names the line', () => {
    expect(() => parseArchive('{"type":"start"}\n', 'x.jsonl')).toThrow(
      'x.jsonl contains no saved experiment of this version',
    );
    expect(() => parseArchive('{"type":"kept","version":2}\n{"a"\n', 'x.jsonl')).toThrow('x.jsonl, line 2: not JSON.');
  });
});

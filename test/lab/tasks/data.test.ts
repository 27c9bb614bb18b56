import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../lab/errors.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { adding } from '../../../lab/tasks/adding.ts';
import { charLm } from '../../../lab/tasks/char-lm.ts';
import { tasks } from '../../../lab/tasks/index.ts';
import { weather } from '../../../lab/tasks/weather.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("a task's own data", () => {
  it.each(tasks)('of $id has a title, a source and a licence', ({ dataset }) => {
    for (const fact of [dataset.title, dataset.licence]) expect(fact).toMatch(/\w/);
    expect(dataset.url).toMatch(/^https:\/\//);
  });

  it.each(tasks)('of $id is the same each time it is loaded', async (task) => {
    const data = await loadData(task, undefined);
    // A changed dataset changes the ids of the runs.
    const digest = data.text === '' ? '' : ` sha256:${createHash('sha256').update(data.text).digest('hex')}`;
    expect(data.id).toBe(`${task.dataset.id}${digest}`);
    expect((await loadData(task, undefined)).text).toBe(data.text);
  });
});

describe("the user's own data", () => {
  it('is identified by its content', async () => {
    const one = await loadData(charLm, file('a.txt', 'one'));
    const other = await loadData(charLm, file('a.txt', 'other'));
    expect(one.text).toBe('one');
    expect(one.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(other.id).not.toBe(one.id);
  });

  it('can be one column of a table', async () => {
    const path = file('year.csv', 'date,low,high\n2020-01-01,1,2\n2020-01-02,3,4\n');
    expect((await loadData(weather, `${path}#high`)).text).toBe('date,high\n2020-01-01,2\n2020-01-02,4');
    expect((await loadData(weather, path)).text).toContain('low');
    await expect(loadData(weather, `${path}#mean`)).rejects.toThrow(
      `--data ${path}#mean: There is no column \`mean\`. Available columns: \`date\`, \`low\`, \`high\`.`,
    );
    const odd = file('odd#name.csv', 'x\n1\n');
    expect((await loadData(weather, odd)).text).toBe('x\n1\n');
  });

  it.each<[string, () => string, string]>([
    ['a missing file', () => join(folder, 'none.txt'), 'cannot be read: no such file or folder. Expected a text file.'],
    ['a folder', () => folder, 'cannot be read: it is a folder. Expected a text file.'],
    ['a device', () => '/dev/null', 'is a pipe or a device. Save its content in a file.'],
    ['an empty file', () => file('empty.txt', ''), 'is empty. Expected a text file.'],
    [
      'a binary file',
      () => file('picture.png', Uint8Array.of(137, 80, 0, 1)),
      'is not a text file: byte 3 is 0. Expected a text file.',
    ],
    [
      'another encoding',
      () => file('latin1.txt', Uint8Array.of(99, 97, 102, 0xe9)),
      'is not UTF-8: line 1 has invalid bytes. Save the file as UTF-8.',
    ],
  ])('is rejected if it is %s', async (_, path, message) => {
    const loading = loadData(charLm, path());
    await expect(loading).rejects.toThrow(LabError);
    await expect(loading).rejects.toThrow(message);
  });

  it('is rejected if it is too large, before it is read', async () => {
    const path = file('large.txt', 'x');
    truncateSync(path, 200_000_001);
    await expect(loadData(charLm, path)).rejects.toThrow(
      'large.txt has 201 MB. At most 200 MB are allowed. Use a part of it: head -c 200000000 FILE > NEW',
    );
  });

  it('is rejected by tasks that generate their data', async () => {
    await expect(loadData(adding, 'my.csv')).rejects.toThrow('`adding` generates its data. Remove --data my.csv.');
  });
});

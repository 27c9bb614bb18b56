import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../lab/errors.ts';
import { dataOf } from '../../../lab/node/data.ts';
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
  it.each(tasks)('of $id says what it is, where it is from and under which terms', ({ dataset }) => {
    for (const fact of [dataset.title, dataset.licence]) expect(fact).toMatch(/\w/);
    expect(dataset.url).toMatch(/^https:\/\//);
  });

  it.each(tasks)('of $id is read, the same each time', async (task) => {
    const data = await dataOf(task, undefined);
    expect(data.id).toBe(task.dataset.id);
    expect((await dataOf(task, undefined)).text).toBe(data.text);
  });
});

describe("the user's own data", () => {
  it('is known by its name and its content', async () => {
    const one = await dataOf(charLm, file('a.txt', 'one'));
    const other = await dataOf(charLm, file('a.txt', 'other'));
    expect(one.text).toBe('one');
    expect(one.id).toMatch(/^a\.txt sha256:[0-9a-f]{64}$/);
    expect(other.id).not.toBe(one.id);
  });

  it('may be one column of a table', async () => {
    const path = file('year.csv', 'date,low,high\n2020-01-01,1,2\n2020-01-02,3,4\n');
    expect((await dataOf(weather, `${path}#high`)).text).toBe('date,high\n2020-01-01,2\n2020-01-02,4');
    expect((await dataOf(weather, path)).text).toContain('low');
    await expect(dataOf(weather, `${path}#mean`)).rejects.toThrow(
      `--data ${path}#mean: There is no column \`mean\`; there is \`date\`, \`low\`, \`high\`.`,
    );
    const odd = file('odd#name.csv', 'x\n1\n');
    expect((await dataOf(weather, odd)).text).toBe('x\n1\n');
  });

  it.each<[string, () => string, string]>([
    [
      'no file',
      () => join(folder, 'none.txt'),
      'cannot be read: there is no such file. It must be a text file in UTF-8.',
    ],
    ['a folder', () => folder, 'cannot be read: it is a folder. It must be a text file in UTF-8.'],
    ['an empty file', () => file('empty.txt', ''), 'is empty. It must be a text file in UTF-8.'],
    ['bytes that are no text', () => file('picture.png', Uint8Array.of(137, 80, 0, 1)), 'is not text. It must be'],
    ['another encoding', () => file('latin1.txt', Uint8Array.of(99, 97, 102, 0xe9)), 'is not UTF-8. Save it in that'],
  ])('is refused where it is %s', async (_, path, message) => {
    const refusal = dataOf(charLm, path());
    await expect(refusal).rejects.toThrow(LabError);
    await expect(refusal).rejects.toThrow(message);
  });

  it('is refused by tasks that make their own', async () => {
    await expect(dataOf(adding, 'my.csv')).rejects.toThrow('`adding` makes its own data; leave out --data my.csv.');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../lab/tasks/_task.ts';
import { tasks } from '../../../lab/tasks/index.ts';

const page = readFileSync(new URL('../../../docs/guide/the-lab.md', import.meta.url), 'utf8');

/** The cells of the rows that begin with a task's id, under a heading. */
function rowsUnder(heading: string, id: string): string[][] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(heading)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return cells.filter(([first = '']) => first.includes(`\`${id}\``));
}

describe('the page about tasks', () => {
  it.each(tasks)('says how $id is scored', ({ id, metric }: Task) => {
    const [row] = rowsUnder('Tasks', id);
    expect(row?.slice(3, 5)).toEqual([metric.name, metric.better]);
  });

  it.each(tasks)('says by which setting $id is learned', ({ id, knownGood, settings, metric }: Task) => {
    const [row = []] = rowsUnder('Known to learn', id);
    const { steps, learningRate, target, settings: own } = knownGood!;
    const changed = Object.entries(own ?? {}).filter(([name, value]) => settings[name] !== value);
    expect(row[1]).toBe(changed.map(([name, value]) => `${name} ${value}`).join(', ') || 'as they are');
    expect(row.slice(2, 4)).toEqual([String(learningRate), String(steps)]);
    expect(row[4]).toBe(String(target));
    const reached = Number(row[5]);
    if (metric.better === 'lower') expect(reached).toBeLessThanOrEqual(target);
    else expect(reached).toBeGreaterThanOrEqual(target);
  });

  it.each(tasks.filter(({ dataset }) => dataset.id !== 'generated'))('says what the data of $id is', ({ id }: Task) => {
    expect(rowsUnder('Data', id)).toHaveLength(1);
    expect(rowsUnder('Your own data', id)).toHaveLength(1);
  });

  it('leaves no task out that takes files, and promises none that does not', () => {
    for (const { id, dataFile } of tasks)
      expect(rowsUnder('Your own data', id)).toHaveLength(dataFile === undefined ? 0 : 1);
  });
});

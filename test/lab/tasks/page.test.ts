import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../lab/tasks/_task.ts';
import { tasks } from '../../../lab/tasks/index.ts';

const page = readFileSync(new URL('../../../docs/guide/the-lab.md', import.meta.url), 'utf8');

/** The number of table rows that begin with a task's id, under a heading. */
function rowsUnder(heading: string, id: string): number {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(heading)) ?? '';
  return section.split('\n').filter((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${id}\``)).length;
}

describe('the page about the lab', () => {
  it.each(tasks)('says what $id is', ({ id }: Task) => {
    expect(rowsUnder('Tasks', id)).toBe(1);
  });

  it.each(tasks)('describes the file of $id if it takes one', ({ id, dataFile }: Task) => {
    expect(rowsUnder('Your own data', id)).toBe(dataFile === undefined ? 0 : 1);
  });
});

import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { prepareFrom } from '../../lab/node/data/load-data.ts';
import { findSharedText } from '../../lab/node/data/shared-text.ts';
import { charLm } from '../../lab/tasks/char-lm.ts';

const settings = { ...charLm.settings, units: 2, characters: 5 };

/** Adds one to the first code point of a shared text, in another thread. */
const CHANGE_IN_THREAD = `
  const { getEnvironmentData } = require('node:worker_threads');
  getEnvironmentData('gradclip-lab:text:char-lm').points[0] += 1;
`;

it('shares the code points of a text with the threads that start later, instead of copying them', async () => {
  prepareFrom({ id: 'one', text: 'abcdefgh'.repeat(100) }, charLm)(settings);
  const points = findSharedText('char-lm', 'one')!;
  expect(points).toHaveLength(800);
  const worker = new Worker(CHANGE_IN_THREAD, { eval: true });
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(String.fromCodePoint(points[0]!)).toBe('b');
});

it('does not confuse the text with other data of the same task', () => {
  prepareFrom({ id: 'two', text: 'hgfedcba'.repeat(100) }, charLm)(settings);
  expect(findSharedText('char-lm', 'one')).toBeUndefined();
  expect(String.fromCodePoint(findSharedText('char-lm', 'two')![0]!)).toBe('h');
});

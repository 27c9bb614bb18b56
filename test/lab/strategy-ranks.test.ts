import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseArchive } from '../../lab/results-page/archive.ts';
import { strategyRanks } from '../../lab/results-page/strategy-ranks.ts';

const path = 'lab/results/leaderboard.jsonl';
const archive = parseArchive(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), path);
const rankOf = strategyRanks([archive]);

it('tells the settings of one strategy apart by the options that differ', () => {
  expect(rankOf?.('global-norm')).toMatch(
    /^On 7 small networks with .* a run with `global-norm` beats .*, and one with `maxNorm: 'auto'` with probability 0\.\d\d \(/,
  );
});

it('rejects a strategy that the experiment has not tried', () => {
  expect(() => rankOf?.('none')).toThrow('The experiment `leaderboard` has no results of `none`.');
});

it('says nothing if the experiment has not been run', () => {
  expect(strategyRanks([])).toBeUndefined();
});

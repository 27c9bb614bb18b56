import type { StrategySpec } from 'gradclip';
import type { Estimate } from '../analysis/aggregate.ts';
import { groupContests } from '../analysis/contests.ts';
import { aggregateOverNetworks } from '../analysis/overall.ts';
import { summarizeDigests } from '../analysis/summary.ts';
import { LabError } from '../errors.ts';
import { leaderboard } from '../experiments/leaderboard.ts';
import type { Archive } from './archive.ts';

/** Returns a function that says how a strategy did in the experiment `leaderboard`; undefined if it has not been run. */
export function strategyRanks(archives: readonly Archive[]): ((id: string) => string) | undefined {
  const archive = archives.find(({ head }) => head.experiment === leaderboard.id);
  const { primary, seeds } = leaderboard.grid;
  const aggregates = archive && aggregateOverNetworks(groupContests(summarizeDigests(archive.digests, primary)));
  if (aggregates === undefined) return undefined;
  return (id) => {
    const [first, ...more] = aggregates.strategies.flatMap(({ strategy, improvement }) =>
      strategy.id === id && improvement ? { options: strategy.options, chance: improvement } : [],
    );
    if (first === undefined) throw new LabError(`The experiment \`${leaderboard.id}\` has no results of \`${id}\`.`);
    const others = more.map(
      ({ options, chance }) =>
        `, and one with \`${formatDifference(options, first.options)}\` with probability ${formatChance(chance)}`,
    );
    return (
      `On ${aggregates.networks} small networks with momentum, each side tuned, ${seeds.length} seeds: a run with \`${id}\` beats a run without ` +
      `clipping with probability ${formatChance(first.chance, '95 % interval ')}${others.join('')}. 0.5 means no difference ` +
      '([all strategies](../results-tables.md#leaderboard)).'
    );
  };
}

function formatChance({ value, low, high }: Estimate, interval = ''): string {
  return `${value.toFixed(2)} (${interval}${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** Formats the options that differ from the others, as in a call: `maxNorm: 'auto'`. */
function formatDifference(options: Options, others: Options): string {
  return Object.entries(options ?? {})
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(others?.[name]))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? `'${value}'` : JSON.stringify(value)}`)
    .join(', ');
}

type Options = StrategySpec['options'];

import { groupContests } from '../analysis/contests.ts';
import { aggregateOverNetworks } from '../analysis/overall.ts';
import { summarizeDigests } from '../analysis/summary.ts';
import { formatEstimate } from '../experiments/judges/effects.ts';
import { leaderboard } from '../experiments/leaderboard.ts';
import type { Archive } from './archive.ts';

/** Returns a function that says how a strategy did in the experiment `leaderboard`; undefined if it has not been run. */
export function strategyRanks(archives: readonly Archive[]): ((id: string) => string) | undefined {
  const archive = archives.find(({ head }) => head.experiment === leaderboard.id);
  const { primary, seeds } = leaderboard.grid;
  const aggregates = archive && aggregateOverNetworks(groupContests(summarizeDigests(archive.digests, primary)));
  if (aggregates === undefined) return undefined;
  return (id) => {
    const [first, ...more] = aggregates.strategies.flatMap(({ name, strategy, improvement }) =>
      strategy.id === id && improvement ? { name, chance: formatEstimate(improvement) } : [],
    );
    const others = more.map(({ name, chance }) => `, and \`${name}\` with probability ${chance}`);
    return (
      `On ${aggregates.networks} small networks, trained with momentum and ${seeds.length} seeds each, \`${first?.name}\` was better than no ` +
      `clipping with probability ${first?.chance}${others.join('')}; 0.5 means no difference ` +
      '([all strategies](../results-tables.md#leaderboard)).'
    );
  };
}

/**
 * What the results pages say about the runs themselves: their number, their seeds and how they were tuned.
 *
 * @module
 */

import { groupBy } from '../analysis/group-by.ts';
import { joinWords } from '../analysis/names.ts';
import { sortUnique } from '../analysis/sort-unique.ts';
import type { Archive } from './archive.ts';

/** The runs of an archive that are also in an earlier one. */
export interface SharedRuns {
  /** The experiment of the earlier archive. */
  readonly experiment: string;
  readonly runs: number;
}

/** Counts the runs of each archive that an earlier one already has, because experiments reuse each other's runs. */
export function countSharedRuns(archives: readonly Archive[]): Map<Archive, readonly SharedRuns[]> {
  const ownerOf = new Map<string, string>();
  return new Map(
    archives.map((archive) => {
      const { head, digests } = archive;
      const owners = digests.flatMap(({ id }) => ownerOf.get(id) ?? []);
      for (const { id } of digests) if (!ownerOf.has(id)) ownerOf.set(id, head.experiment);
      const shared = [...groupBy(owners, (owner) => owner)].map(([experiment, own]) => ({
        experiment,
        runs: own.length,
      }));
      return [archive, shared];
    }),
  );
}

/** Counts the runs and the seconds of all archives, with each shared run once. */
export function totalOf(
  archives: readonly Archive[],
  shared = countSharedRuns(archives),
): { readonly runs: number; readonly seconds: number } {
  let [runs, seconds] = [0, 0];
  for (const archive of archives) {
    const { head, digests } = archive;
    const own = digests.length - shared.get(archive)!.reduce((sum, one) => sum + one.runs, 0);
    runs += own;
    // An archive has only the total time, so a shared run counts as the mean of its archive.
    seconds += (head.seconds * own) / digests.length;
  }
  return { runs, seconds };
}

/** Formats seeds: `1 to 8`, or a list if they are not consecutive. */
export function formatSeeds(seeds: readonly number[]): string {
  const sorted = sortUnique(seeds);
  const isRange = sorted.length > 2 && sorted.at(-1)! - sorted[0]! === sorted.length - 1;
  return isRange ? `${sorted[0]} to ${sorted.at(-1)}` : joinWords(sorted.map(String));
}

/** Names the optimizers of the scored runs, and their steps and units: `momentum; 250 steps (char-lm); 32 units.` */
export function describeTraining({ digests }: Archive): string {
  const configs = digests.flatMap(({ config }) => (config.tuning ? [] : config));
  const tasksBySteps = groupBy(configs, ({ steps }) => String(steps));
  const steps = [...tasksBySteps].map(([count, own]) => {
    const tasks = tasksBySteps.size === 1 ? '' : ` (${joinWords([...new Set(own.map(({ task }) => `\`${task}\``))])})`;
    return `${Number(count).toLocaleString('en')}${tasks}`;
  });
  const units = sortUnique(configs.flatMap(({ settings }) => Number(settings['units'] ?? [])));
  const optimizers = [...new Set(configs.map(({ optimizer }) => optimizer))];
  return `Optimizer ${joinWords(optimizers)}; ${joinWords(steps)} steps; ${joinWords(units.map(String))} units.`;
}

/** States which strategies tried fewer learning rates than others in tuning; empty if all tried the same. */
export function describeUnequalTuning({ digests }: Archive): string[] {
  const tuning = digests.filter(({ config }) => config.tuning);
  const networks = groupBy(tuning, ({ config: { task, cell, settings } }) => JSON.stringify([task, cell, settings]));
  const counts = new Map<string, Set<number>>();
  let isUnequal = false;
  for (const own of networks.values()) {
    const rates = [...groupBy(own, ({ config: { strategy } }) => strategy.id)].map(
      ([id, some]) => [id, sortUnique(some.map(({ config }) => config.learningRate))] as const,
    );
    isUnequal ||= new Set(rates.map(([, tried]) => tried.join())).size > 1;
    for (const [id, tried] of rates) counts.set(id, (counts.get(id) ?? new Set()).add(tried.length));
  }
  if (!isUnequal) return [];
  const byCount = groupBy([...counts], ([, numbers]) => sortUnique([...numbers]).join(' or '));
  const parts = [...byCount].map(([count, own]) => `${count} (${joinWords(own.map(([id]) => `\`${id}\``))})`);
  return [
    `Not all strategies tried the same learning rates in tuning: ${joinWords(parts)}. These runs are older than the present tuning rule.`,
  ];
}

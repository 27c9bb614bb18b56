import { contestsOf, margin, type Contender, type Contest } from './best.ts';
import { listed, percentText, scoreText, strategyLabels } from './label.ts';
import type { SummaryRow } from './summary.ts';

/** Scores nearer to each other than this fraction are called equal. */
export const SAME_WITHIN = 0.01;

/** What the rows say, in plain sentences: one paragraph for each task, cell and optimizer. */
export function findings(rows: readonly SummaryRow[]): string[] {
  const label = strategyLabels(rows.map(({ strategy }) => strategy));
  const several = new Set(rows.map(({ task, optimizer }) => `${task} ${optimizer}`)).size > 1;
  return contestsOf(rows).map((contest) => {
    const subject = several ? `${contest.cell} (${contest.task}, ${contest.optimizer})` : contest.cell;
    return `${subject}: ${verdict(contest, (contender) => label(contender.strategy))}`;
  });
}

type Name = (contender: Contender) => string;

function verdict({ contenders }: Contest, name: Name): string {
  const unclipped = contenders.find(({ strategy }) => strategy.id === 'none');
  const clipped = contenders.filter((contender) => contender !== unclipped);
  const [winner] = ranked(clipped);
  if (unclipped === undefined || clipped.length === 0) return standing(ranked(contenders)[0], contenders, name);
  if (winner?.best === undefined) {
    return unclipped.best === undefined
      ? 'every run diverged, clipped or not.'
      : `clipping lost: every clipped run diverged; without it the score is ${reached(unclipped.best)}.`;
  }
  const { best } = winner;
  if (unclipped.best === undefined) {
    return `clipping helped: ${name(winner)} reached ${reached(best)}, where every unclipped run diverged.${others(clipped, winner, undefined, name)}`;
  }
  const bare = unclipped.best;
  const failures = failuresOf(unclipped);
  const without = `${reached(bare)} without${failures === '' ? '' : `, which ${failures}`}`;
  const opening = same(best, bare)
    ? `clipping made no difference at its best (within ${100 * SAME_WITHIN} %)`
    : margin(best, bare) > 0
      ? 'clipping helped'
      : 'clipping lost';
  return `${opening}: ${reached(best)} with ${name(winner)}, ${without}.${others(clipped, winner, bare, name)}`;
}

function standing(winner: Contender | undefined, contenders: readonly Contender[], name: Name): string {
  if (winner?.best === undefined) return 'every run diverged.';
  const single = contenders.length === 1 ? '' : ', the best of those compared';
  const failures = failuresOf(winner);
  return `${name(winner)} reached ${reached(winner.best)}${single}${failures === '' ? '' : `; it ${failures}`}.`;
}

/** What became of the strategies that are not the winner, against no clipping. */
function others(clipped: readonly Contender[], winner: Contender, bare: SummaryRow | undefined, name: Name): string {
  const rest = clipped.filter((contender) => contender !== winner);
  const isWorse = ({ best }: Contender): boolean =>
    best === undefined || (bare !== undefined && !same(best, bare) && margin(best, bare) < 0);
  const isSame = ({ best }: Contender): boolean => best !== undefined && bare !== undefined && same(best, bare);
  const scored = (contender: Contender): string =>
    `${name(contender)} (${contender.best === undefined ? 'diverged' : scoreText(contender.best.metric.median ?? NaN)})`;
  const worse = rest.filter(isWorse);
  const equal = same(winner.best as SummaryRow, bare) ? [] : rest.filter(isSame);
  return [
    worse.length > 0 ? ` Worse than no clipping: ${listed(worse.map(scored))}.` : '',
    equal.length > 0 ? ` No better than no clipping: ${listed(equal.map(scored))}.` : '',
    idle(winner) ? ` It clipped ${percentText((winner.best as SummaryRow).clipRate)} of the steps.` : '',
  ].join('');
}

/** A winner that clipped rarely or never won for another reason, and is not to be credited silently. */
function idle({ best }: Contender): boolean {
  return best !== undefined && best.clipRate < 0.05;
}

function ranked(contenders: readonly Contender[]): Contender[] {
  return contenders
    .filter(({ best }) => best !== undefined)
    .toSorted((a, b) => margin(b.best as SummaryRow, a.best as SummaryRow));
}

function same(a: SummaryRow, b: SummaryRow | undefined): boolean {
  if (b === undefined) return false;
  return Math.abs(margin(a, b)) <= SAME_WITHIN * Math.abs(b.metric.median ?? NaN);
}

function reached({ metric, learningRate }: SummaryRow): string {
  return `${scoreText(metric.median ?? NaN)} ${metric.name} at rate ${learningRate}`;
}

function failuresOf({ rows }: Contender): string {
  const failed = rows.filter(({ diverged }) => diverged > 0);
  if (failed.length === 0) return '';
  const all = failed.every(({ diverged, seeds }) => diverged === seeds.length);
  const rates = `at ${listed(failed.map(({ learningRate }) => String(learningRate)))}`;
  return all ? `diverged ${rates}` : `diverged ${rates} with some seeds`;
}

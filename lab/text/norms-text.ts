import { binLogarithmically, measureNorms } from '../analysis/norms.ts';
import { shortNumber } from '../report/charts/drawing.ts';
import type { Run } from '../run/record.ts';
import { wrapText } from './text-table.ts';

const BINS = 12;
const BAR = 40;

/** The distribution of the norms and the suggested threshold, for a terminal. */
export function formatNorms(runs: readonly Run[]): string {
  const measured = measureNorms(runs);
  if (measured === undefined) return 'No norm was finite, so there is no threshold to suggest.';
  const bins = binLogarithmically(measured.norms, BINS);
  const most = Math.max(...bins.map(({ count }) => count));
  const lines = bins.map(({ from, to, count }) => {
    const here = measured.maxNorm >= from && measured.maxNorm < to ? '  <- suggested' : '';
    const bar = '█'.repeat(Math.ceil((BAR * count) / most));
    return `${shortNumber(from).padStart(8)} ${String(count).padStart(5)} ${bar}${here}`;
  });
  return [
    `Gradient norms without clipping at learning rate ${measured.learningRate} (lower bound of each bin, number of steps):`,
    lines.join('\n'),
    wrapText(`Suggested: maxNorm ${measured.maxNorm}. ${measured.because}`),
  ].join('\n\n');
}

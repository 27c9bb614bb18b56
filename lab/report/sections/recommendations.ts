import { settingCode } from '../../analysis/code.ts';
import { findUnclipped, type Contender, type Contest } from '../../analysis/contests.ts';
import { formatGain, formatP, shownRow } from '../../analysis/findings.ts';
import type { Palette } from '../charts/palette.ts';
import { html, type Html } from '../html/html.ts';

/** The first thing on the page: for each network the setting to use, as code, with its gain and how certain it is. */
export function recommendations(contests: readonly Contest[], palette: Palette): Html {
  return html`<ul class="answers">
    ${contests.map((contest) => html`<li>${recommendation(contest, palette)}</li>`)}
  </ul>`;
}

function recommendation(contest: Contest, palette: Palette): Html {
  const { task, variant, cell } = contest;
  const network = [task, variant, cell].filter(Boolean).join(', ');
  const helped = findHelped(contest);
  if (helped !== undefined) {
    const { gain, adjustedP } = shownRow(helped);
    const certainty = adjustedP === undefined ? '' : `, adjusted p ${formatP(adjustedP)}`;
    return html`<strong>${network}: ${palette.label(helped.strategy)} helped.</strong>
      ${gain === undefined ? '' : formatGain(gain)}${certainty}.
      <pre><code>${settingCode(shownRow(helped))}</code></pre>`;
  }
  const best = findBestOnValidation(contest);
  const unproven = findUnclipped(contest) === undefined ? '' : ' No strategy is shown to help.';
  if (best === undefined) return html`<strong>${network}: every setting diverged.</strong>`;
  const { verdict } = shownRow(best);
  return html`<strong>${network}:${unproven}</strong> Best on the validation data:
    ${palette.label(best.strategy)}${verdict === undefined ? '' : `, ${verdict === 'interval only' ? 'not tested' : verdict}`}.
    <pre><code>${settingCode(shownRow(best))}</code></pre>`;
}

/** The strategy with the largest proven gain. A gain without a number is over runs that diverged, so it comes first. */
function findHelped({ contenders }: Contest): Contender | undefined {
  const size = (contender: Contender): number => Math.abs(shownRow(contender).gain?.value ?? Infinity);
  return contenders
    .filter((contender) => shownRow(contender).verdict === 'helped')
    .toSorted((a, b) => size(b) - size(a))[0];
}

function findBestOnValidation({ contenders }: Contest): Contender | undefined {
  const score = ({ best }: Contender): number => {
    const { validation, better } = best!.metric;
    return (validation ?? NaN) * (better === 'lower' ? -1 : 1);
  };
  return contenders.filter(({ best }) => best !== undefined).toSorted((a, b) => score(b) - score(a))[0];
}

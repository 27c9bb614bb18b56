import type { StrategySpec } from 'gradclip';
import { taskOf } from './catalogue.ts';
import { labelOf, subjectOf } from './labels.ts';
import { bounds, runs, setup, status } from './session.ts';
import { sentenceOf, shortText, verdictOf } from './verdict.ts';

/** One sentence over everything, true at every step. */
export function Sentence({ specs }: { readonly specs: readonly StrategySpec[] }) {
  const judged = runs.value.map(({ version, lines, flows, end }, index) => {
    // Reading the version subscribes to messages of this run.
    const observed = { lines: version.value < 0 ? [] : lines, flows, end: end.value };
    return { subject: subjectOf(specs[index]!), verdict: verdictOf(observed, bounds.value) };
  });
  const at = Math.max(-1, ...runs.value.map(({ lines }) => lines.at(-1)?.step ?? -1));
  const said = sentenceOf(judged, bounds.value, taskOf(setup.value.task).loss);
  const events = judged.map(({ verdict }, index) => `${labelOf(specs[index]!)}: ${shortText(verdict)}`);
  return (
    <>
      <p class="sentence">{withStatus(said, at)}</p>
      {/* Read aloud when the state of a run changes, not with every number. */}
      <p class="visually-hidden" role="status">
        {status.value === 'paused' ? 'Paused. ' : ''}
        {at < 0 ? '' : events.join('. ')}
      </p>
    </>
  );
}

function withStatus(said: string, at: number): string {
  if (at >= 0) return status.value === 'paused' ? `Paused at step ${at}. ${said}` : said;
  if (status.value === 'paused') return 'Paused before the first step.';
  return status.value === 'failed' ? 'Training has stopped.' : 'Preparing the networks.';
}

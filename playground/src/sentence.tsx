import type { StrategySpec } from 'gradclip';
import { taskOf } from './catalogue.ts';
import { labelOf, subjectOf } from './labels.ts';
import { bounds, runs, setup, status } from './session.ts';
import { longestSentence, SAME, sentenceOf, shortText, verdictOf } from './verdict.ts';

/** One sentence over everything, true at every step. */
export function Sentence({ specs }: { readonly specs: readonly StrategySpec[] }) {
  const judged = runs.value.map(({ version, lines, flows, end }, index) => {
    // Reading the version subscribes to messages of this run.
    const observed = { lines: version.value < 0 ? [] : lines, flows, end: end.value };
    return { subject: subjectOf(specs[index]!), verdict: verdictOf(observed, bounds.value) };
  });
  const at = Math.max(-1, ...runs.value.map(({ lines }) => lines.at(-1)?.step ?? -1));
  const unit = taskOf(setup.value.task).loss;
  const said = sentenceOf(judged, bounds.value, unit);
  const events = judged.map(({ verdict }, index) => `${labelOf(specs[index]!)}: ${shortText(verdict)}`);
  return (
    <>
      <p class="sentence" data-longest={longestSentence(judged, unit)}>
        <span>{withStatus(said, at)}</span>
      </p>
      {/* Read aloud when the state of a run changes, not with every number. */}
      <p class="visually-hidden" role="status">
        {status.value === 'paused' ? 'Paused. ' : ''}
        {at < 0 ? '' : events.join('. ')}
      </p>
    </>
  );
}

function withStatus(said: string, at: number): string {
  // In place of the words about the network, so that pausing does not lengthen the sentence.
  if (at >= 0) return status.value === 'paused' ? `Paused at step ${at}. ${said.replace(SAME, '')}` : said;
  if (status.value === 'paused') return 'Paused before the first step.';
  return status.value === 'failed' ? 'Training has stopped.' : 'Preparing the networks.';
}

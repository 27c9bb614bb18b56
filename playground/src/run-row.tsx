import type { StrategySpec } from 'gradclip';
import { taskOf } from './catalogue.ts';
import { copyCode } from './clipboard.ts';
import { exportRun } from './export.ts';
import { formatNumber } from './format.ts';
import { labelOf } from './labels.ts';
import { HeatStrip } from './heat-strip.tsx';
import type { RunView } from './run-view.ts';
import { apply, bounds, retune, setup } from './session.ts';
import { FEWEST_RUNS } from './setup.ts';
import { StrategyForm } from './strategy-form.tsx';
import { clipRateOf, shortText, verdictOf } from './verdict.ts';

// The alphabet has one id for all rare characters, whose own sign looks like a broken encoding.
const RARE = '▯';

interface RunRowProps {
  readonly run: RunView;
  readonly index: number;
  /** The strategy with the options in force. */
  readonly spec: StrategySpec;
}

/** One run: what it is called, how it is doing, what it writes, and its gradient over time. */
export function RunRow({ run, index, spec }: RunRowProps) {
  // Reading the version subscribes to messages of this run.
  const step = run.version.value > 0 ? run.lines.at(-1)?.step : undefined;
  const { lines, flows, sample } = run;
  const end = run.end.value;
  const verdict = verdictOf({ lines, flows, end }, bounds.value);
  const label = labelOf(spec);
  const clipRate = clipRateOf(lines);
  const { metric } = taskOf(setup.value.task);
  const loss = 'loss' in verdict ? verdict.loss : lines.at(-1)?.loss;
  return (
    <section class={`run colour-${index}`} aria-label={`Run ${index + 1}: ${label}`}>
      <div class="name">
        <h2>{label}</h2>
        <p class={verdict.kind === 'exploded' || verdict.kind === 'diverged' ? 'verdict bad' : 'verdict'}>
          {shortText(verdict)}
        </p>
        <dl class="figures">
          <Figure name="step" value={step === undefined ? '–' : String(step)} />
          <Figure name="loss" value={loss === undefined ? '–' : formatNumber(loss)} />
          <Figure
            name={`${spec.id === 'spike-skip' ? 'skipped' : 'clipped'}, last 20`}
            value={Number.isNaN(clipRate) ? '–' : `${Math.round(100 * clipRate)} %`}
          />
          {end?.outcome === 'finished' ? (
            <Figure name="test score" about={metric} value={formatNumber(end.test)} />
          ) : null}
        </dl>
      </div>
      {setup.value.task === 'char-lm' ? (
        <figure class="sample">
          <figcaption>
            What it writes
            {sample.value === undefined ? '' : <span class="step">, step {sample.value.step}</span>}
          </figcaption>
          <blockquote>{sample.value?.text.replaceAll('\u{FFFD}', RARE) ?? ''}</blockquote>
        </figure>
      ) : null}
      <HeatStrip label={label} flows={flows} />
      <div class="actions">
        <details>
          <summary aria-label={`Change run ${index + 1}`}>Change</summary>
          <StrategyForm
            spec={spec}
            onChoose={(chosen) => {
              apply({
                strategies: setup.value.strategies.with(index, chosen as (typeof setup.value.strategies)[number]),
              });
            }}
            onRetune={(name, value) => {
              retune(index, { ...setup.value.strategies[index]?.options, [name]: value });
            }}
          />
        </details>
        <button type="button" aria-label={`Copy as code: run ${index + 1}`} onClick={() => copyCode(index)}>
          Copy as code
        </button>
        {end === undefined ? null : (
          <button type="button" aria-label={`Export: records of run ${index + 1}`} onClick={() => exportRun(run, end)}>
            Export
          </button>
        )}
        {setup.value.strategies.length <= FEWEST_RUNS ? null : (
          <button
            type="button"
            aria-label={`Remove run ${index + 1}`}
            onClick={() => apply({ strategies: setup.value.strategies.filter((_, other) => other !== index) })}
          >
            Remove
          </button>
        )}
      </div>
    </section>
  );
}

function Figure({ name, about, value }: { name: string; about?: string; value: string }) {
  return (
    <div title={about}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

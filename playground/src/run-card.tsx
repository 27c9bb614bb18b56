import type { StrategySpec } from 'gradclip';
import { Chart } from './chart.tsx';
import { diagnosisOf, figure } from './diagnosis.ts';
import { retune, setup, type RunView } from './session.ts';
import { registry } from './setup.ts';
import { StrategyForm } from './strategy-form.tsx';
import { columnsOf } from './thinned.ts';
import { useThreshold } from './threshold.tsx';

interface RunCardProps {
  readonly run: RunView;
  readonly place: number;
  readonly spec: StrategySpec;
  readonly onChoose: (spec: StrategySpec) => void;
  readonly onRemove: (() => void) | undefined;
}

/** One run: its strategy, how it fares, its norms, its gradient flow, and what it writes. */
export function RunCard({ run, place, spec, onChoose, onRemove }: RunCardProps) {
  // Reading the version subscribes to news of this run.
  void run.version.value;
  const { lines } = run;
  const end = run.end.value;
  const last = lines.at(-1);
  const recent = lines.slice(-100);
  const clipRate = recent.length === 0 ? 0 : recent.filter((line) => line.clipped).length / recent.length;
  const diverged = end?.outcome === 'diverged';
  return (
    <section class={`run colour-${place}`} aria-label={`Run ${place + 1}: ${registry.get(spec.id).title}`}>
      <header>
        <span class="swatch" aria-hidden="true" />
        <h2>Run {place + 1}</h2>
        {onRemove === undefined ? null : (
          <button type="button" class="quiet" onClick={onRemove} aria-label={`Remove run ${place + 1}`}>
            ×
          </button>
        )}
      </header>
      <StrategyForm
        spec={spec}
        onChoose={onChoose}
        onRetune={(options) => {
          retune(place, options);
        }}
      />
      <p class={diverged ? 'diagnosis bad' : 'diagnosis'} aria-live="polite">
        {diagnosisOf(lines, end)}
      </p>
      <dl class="figures">
        <Figure name="step" value={last === undefined ? '–' : String(last.step)} />
        <Figure name="loss" value={last === undefined ? '–' : figure(last.loss)} />
        <Figure name="clipped" value={`${Math.round(100 * clipRate)} %`} />
        {end === undefined ? null : <Figure name="final score" value={figure(end.metric)} />}
      </dl>
      <Norms run={run} place={place} spec={spec} />
      <Flow run={run} place={place} />
      {run.sample.value === undefined ? null : (
        <figure class="sample">
          <figcaption>What it writes at step {run.sample.value.step}</figcaption>
          <blockquote>{run.sample.value.text}</blockquote>
        </figure>
      )}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const DRAGGABLE = ['global-norm', 'soft-norm'];

function Norms({ run, place, spec }: Pick<RunCardProps, 'run' | 'place' | 'spec'>) {
  void run.version.value;
  const threshold = DRAGGABLE.includes(spec.id) ? (registry.create(spec).options['maxNorm'] as number) : undefined;
  const { handle, place: follow } = useThreshold({
    value: threshold ?? 1,
    onChange: (maxNorm) => {
      retune(place, { ...setup.value.strategies[place]?.options, maxNorm });
    },
  });
  const data = columnsOf(run.lines, [(line) => line.normBefore, (line) => line.normAfter], true);
  return (
    <figure>
      <figcaption>
        Gradient norm, <span class="before">before</span> and <span class="after">after</span> clipping
      </figcaption>
      <div class="overlaid">
        <Chart
          title={`Gradient norm of run ${place + 1} by step`}
          height={170}
          logarithmic
          data={data}
          series={[
            { label: 'before', colour: 'faint' },
            { label: 'after', colour: `run-${place}` },
          ]}
          onScale={follow}
        />
        {threshold === undefined ? null : handle}
      </div>
    </figure>
  );
}

function Flow({ run, place }: Pick<RunCardProps, 'run' | 'place'>) {
  const flow = run.flow.value;
  if (flow === undefined || flow.norms.length === 0) return null;
  const norms = flow.norms.map((norm) => (Number.isFinite(norm) && norm > 0 ? norm : null));
  return (
    <figure>
      <figcaption>Gradient flow ‖∂L/∂hₜ‖ over time steps t, at step {flow.step}</figcaption>
      <Chart
        title={`Gradient flow of run ${place + 1} by time step`}
        height={120}
        logarithmic
        data={[norms.map((_, time) => time), norms]}
        series={[{ label: 'norm', colour: `run-${place}` }]}
      />
    </figure>
  );
}

import type { StrategySpec } from 'gradclip';
import { Chart } from './chart.tsx';
import { copyCode } from './clipboard.ts';
import { strategyOf, taskOf } from './catalogue.ts';
import { diagnosisOf, formatNumber } from './diagnosis.ts';
import { exportRun } from './export.ts';
import type { Options } from './protocol.ts';
import type { RunView } from './run-view.ts';
import { retune, setup, status } from './session.ts';
import { StrategyForm } from './strategy-form.tsx';
import { useMemo } from 'preact/hooks';
import { columnsOf } from './thinned.ts';
import { useThreshold } from './threshold.tsx';

interface RunCardProps {
  readonly run: RunView;
  readonly index: number;
  readonly spec: StrategySpec;
  readonly onChoose: (spec: StrategySpec) => void;
  readonly onRemove: (() => void) | undefined;
}

/** Shows one run: strategy, diagnosis, norms, gradient flow and sample text. */
export function RunCard({ run, index, spec, onChoose, onRemove }: RunCardProps) {
  // Reading the version subscribes to messages of this run.
  const heardOf = run.version.value > 0;
  const { lines } = run;
  const end = run.end.value;
  const last = heardOf ? lines.at(-1) : undefined;
  const clipRate = run.clipRates.at(-1);
  const diverged = end?.outcome === 'diverged';
  const { title, options: standard } = strategyOf(spec.id);
  const options = run.options.value ?? { ...standard, ...spec.options };
  const diagnosis = diagnosisOf(lines, end, status.value === 'paused');
  return (
    <section class={`run colour-${index}`} aria-label={`Run ${index + 1}: ${title}`}>
      <header>
        <span class="swatch" aria-hidden="true" />
        <h2>Run {index + 1}</h2>
        <button
          type="button"
          class="quiet"
          onClick={() => copyCode(index)}
          aria-label={`Copy as code: run ${index + 1}`}
        >
          Copy as code
        </button>
        {end === undefined ? null : (
          <button
            type="button"
            class="quiet"
            onClick={() => exportRun(run, end)}
            aria-label={`Export: records of run ${index + 1}`}
          >
            Export
          </button>
        )}
        {onRemove === undefined ? null : (
          <button type="button" class="quiet" onClick={onRemove} aria-label={`Remove run ${index + 1}`}>
            Remove
          </button>
        )}
      </header>
      <p class={diverged ? 'diagnosis bad' : 'diagnosis'}>{diagnosis}</p>
      <p class="visually-hidden" role="status">
        {end === undefined ? '' : `Run ${index + 1}: ${diagnosis}`}
      </p>
      <dl class="figures">
        <Figure name="step" value={last === undefined ? '–' : String(last.step)} />
        <Figure name="loss" value={last === undefined ? '–' : formatNumber(last.loss)} />
        <Figure name="clipped, last 50" value={clipRate === undefined ? '–' : `${Math.round(100 * clipRate)} %`} />
        {end === undefined ? null : (
          <Figure name={`score, ${taskOf(setup.value.task).metric}`} value={formatNumber(end.test)} />
        )}
      </dl>
      <StrategyForm
        spec={spec}
        options={options}
        onChoose={onChoose}
        onRetune={(changed) => {
          retune(index, changed);
        }}
      />
      <Norms run={run} index={index} spec={spec} options={options} />
      <ClipRate run={run} index={index} />
      <Flow run={run} index={index} />
      {run.sample.value === undefined ? null : (
        <figure class="sample">
          <figcaption>
            What it writes, at step <span class="step">{run.sample.value.step}</span>
          </figcaption>
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

// The strategies whose `maxNorm` is a limit on the norm that the chart shows.
const DRAGGABLE = ['global-norm', 'soft-norm'];

function Norms({ run, index, spec, options }: Pick<RunCardProps, 'run' | 'index' | 'spec'> & { options: Options }) {
  const version = run.version.value;
  const draggable = DRAGGABLE.includes(spec.id) && (options['ord'] ?? 2) === 2;
  const data = useMemo(
    () =>
      columnsOf(
        run.lines,
        [({ normBefore }) => normBefore, ({ normAfter }) => normAfter, ({ threshold }) => threshold],
        true,
      ),
    [run, version],
  );
  const { handle, position: follow } = useThreshold({
    run: index,
    value: draggable ? Number(options['maxNorm']) : undefined,
    onChange: (maxNorm) => {
      retune(index, { ...setup.value.strategies[index]?.options, maxNorm });
    },
  });
  return (
    <figure>
      <figcaption>
        Gradient norm <span class="before">before</span> and <span class="after">after</span> clipping, by step
      </figcaption>
      <div class="overlaid">
        <Chart
          title={`Gradient norm of run ${index + 1} by step`}
          height={170}
          logarithmic
          data={data}
          series={[
            { label: 'before', colour: 'faint' },
            { label: 'after', colour: `run-${index}` },
            { label: 'threshold', colour: 'ink', thin: true, dashed: true },
          ]}
          onScale={follow}
        />
        {handle}
      </div>
    </figure>
  );
}

function ClipRate({ run, index }: Pick<RunCardProps, 'run' | 'index'>) {
  const version = run.version.value;
  const data = useMemo(() => columnsOf(run.lines, [(_, index) => run.clipRates[index]], false), [run, version]);
  return (
    <figure>
      <figcaption>Clip rate: share of the last 50 steps that were clipped</figcaption>
      <Chart
        title={`Clip rate of run ${index + 1} by step`}
        height={84}
        range={[0, 1]}
        mark={(value) => (value === 0 || value === 0.5 || value === 1 ? `${100 * value} %` : '')}
        data={data}
        series={[{ label: 'clip rate', colour: `run-${index}`, filled: true }]}
      />
    </figure>
  );
}

function Flow({ run, index }: Pick<RunCardProps, 'run' | 'index'>) {
  const flow = run.flow.value;
  const data = useMemo(() => {
    const norms = (flow?.norms ?? []).map((norm) => (Number.isFinite(norm) && norm > 0 ? norm : null));
    return [norms.map((_, time) => time), norms];
  }, [flow]);
  return (
    <figure>
      <figcaption>
        Gradient flow ‖∂L/∂hₜ‖, by time step t
        {flow === undefined ? '' : <span class="step">, at step {flow.step}</span>}
      </figcaption>
      <Chart
        title={`Gradient flow of run ${index + 1} by time step`}
        height={120}
        logarithmic
        data={data}
        series={[{ label: 'norm', colour: `run-${index}` }]}
      />
    </figure>
  );
}

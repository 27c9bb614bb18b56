import type { StrategySpec } from 'gradclip';
import { render } from 'preact';
import { useMemo } from 'preact/hooks';
import { Chart } from './chart.tsx';
import { catalogue, taskOf } from './catalogue.ts';
import { copied, copyLink } from './clipboard.ts';
import { Controls } from './controls.tsx';
import { RunCard } from './run-card.tsx';
import { apply, notice, restart, runs, setup } from './session.ts';
import { FEWEST_RUNS, MOST_RUNS } from './setup.ts';
import { columnsOf, joined } from './thinned.ts';
import { Transport } from './transport.tsx';

// On a narrow screen the runs come first and the set-up is folded away.
const wide = matchMedia('(min-width: 1000px)').matches;

function App() {
  const { cell, optimizer, learningRate, strategies } = setup.value;
  const cellTitle = catalogue.cells.find(({ id }) => id === cell)?.title;
  return (
    <>
      <header class="page">
        <h1>gradclip playground</h1>
        <p>
          The same network, data and seed, trained side by side with different gradient clipping. Drag a threshold while
          it trains.
        </p>
      </header>
      <div class="columns">
        <aside class="setup">
          <details open={wide}>
            <summary>
              Set-up{' '}
              <span class="soft">
                {cellTitle}, {optimizer} at {learningRate}
              </span>
            </summary>
            <Controls />
          </details>
        </aside>
        <div class="stage">
          <Transport />
          {notice.value === undefined ? null : (
            <p class="notice" role="alert">
              {notice.value}
            </p>
          )}
          <Losses />
          <div class="runs">
            {runs.value.map((run, index) => (
              <Run key={index} index={index} run={run} spec={strategies[index] as StrategySpec | undefined} />
            ))}
          </div>
          <Actions />
        </div>
      </div>
    </>
  );
}

function Run({
  run,
  index,
  spec,
}: {
  run: (typeof runs.value)[number];
  index: number;
  spec: StrategySpec | undefined;
}) {
  const { strategies } = setup.value;
  if (spec === undefined) return null;
  return (
    <RunCard
      run={run}
      index={index}
      spec={spec}
      onChoose={(chosen) => {
        apply({ strategies: strategies.with(index, chosen as (typeof strategies)[number]) });
      }}
      onRemove={
        strategies.length <= FEWEST_RUNS
          ? undefined
          : () => {
              apply({ strategies: strategies.filter((_, other) => other !== index) });
            }
      }
    />
  );
}

function Losses() {
  // Reading the versions subscribes to messages of the runs.
  const versions = runs.value.map(({ version }) => version.value);
  const data = useMemo(
    () => joined(runs.value.map(({ lines }) => columnsOf(lines, [({ loss }) => loss], true))),
    [runs.value, versions.join()],
  );
  // A run that explodes would flatten all others.
  const first = Math.max(...runs.value.map(({ lines }) => lines[0]?.loss ?? NaN));
  const ceiling = Number.isFinite(first) ? 2 * first : undefined;
  return (
    <figure class="losses">
      <figcaption>
        Training loss, {taskOf(setup.value.task).loss}, by step
        {runs.value.map((_, index) => (
          <span key={index} class={`key colour-${index}`}>
            run {index + 1}
          </span>
        ))}
      </figcaption>
      <Chart
        title="Training loss by step"
        height={200}
        logarithmic
        ceiling={ceiling}
        data={data}
        series={runs.value.map((_, index) => ({ label: `run ${index + 1}`, colour: `run-${index}` }))}
      />
    </figure>
  );
}

function Actions() {
  const { strategies } = setup.value;
  return (
    <footer class="page">
      <button
        type="button"
        disabled={strategies.length >= MOST_RUNS}
        onClick={() => {
          apply({ strategies: [...strategies, { id: 'adaptive-percentile' }] });
        }}
      >
        Add a run
      </button>
      <button type="button" onClick={copyLink}>
        Copy link
      </button>
      <span role="status">{copied.value}</span>
    </footer>
  );
}

const app = document.getElementById('app');
if (app !== null) render(<App />, app);
restart();

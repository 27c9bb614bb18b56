import { signal } from '@preact/signals';
import type { StrategySpec } from 'gradclip';
import { render } from 'preact';
import { Chart } from './chart.tsx';
import { codeFor } from './code.ts';
import { Controls } from './controls.tsx';
import { download, recordsOf } from './export.ts';
import { RunCard } from './run-card.tsx';
import { apply, backend, motion, notice, pause, rate, restart, resume, runs, setup, step } from './session.ts';
import { hashOf, MOST_RUNS, offeredTasks } from './setup.ts';
import { columnsOf, joined } from './thinned.ts';

const copied = signal<string | undefined>(undefined);

function App() {
  const now = setup.value;
  const strategies = now.strategies as readonly StrategySpec[];
  const replace = (place: number, spec: StrategySpec): void => {
    apply({ strategies: now.strategies.map((one, index) => (index === place ? { ...spec } : one)) as typeof now.strategies });
  };
  return (
    <>
      <header class="page">
        <h1>gradclip playground</h1>
        <p>
          The same network, data and seed, trained side by side with different gradient clipping. Drag a threshold while
          it trains.
        </p>
      </header>
      <Controls />
      <Transport />
      {notice.value === undefined ? null : (
        <p class="notice" role="alert">
          {notice.value}
        </p>
      )}
      <Losses />
      <div class="runs">
        {runs.value.map((run, place) => {
          const spec = strategies[place];
          return spec === undefined ? null : (
            <RunCard
              key={place}
              run={run}
              place={place}
              spec={spec}
              onChoose={(chosen) => {
                replace(place, chosen);
              }}
              onRemove={
                strategies.length === 1
                  ? undefined
                  : () => {
                      apply({ strategies: now.strategies.filter((_, index) => index !== place) });
                    }
              }
            />
          );
        })}
      </div>
      <footer class="page">
        <button
          type="button"
          disabled={strategies.length >= MOST_RUNS}
          onClick={() => {
            apply({ strategies: [...now.strategies, { id: 'adaptive-percentile' }] });
          }}
        >
          Add a run
        </button>
        <button
          type="button"
          onClick={() => {
            void copy('link', location.href.replace(/#.*$/, '') + hashOf(now));
          }}
        >
          Copy link
        </button>
        {strategies.map((spec, place) => (
          <button
            key={place}
            type="button"
            onClick={() => {
              void copy(`code of run ${place + 1}`, codeFor(now, spec));
            }}
          >
            Copy run {place + 1} as code
          </button>
        ))}
        <button type="button" disabled={runs.value.every((run) => run.end.value === undefined)} onClick={exportRecords}>
          Export records of ended runs
        </button>
        <span role="status">{copied.value}</span>
      </footer>
    </>
  );
}

function Transport() {
  const moving = motion.value === 'training' || motion.value === 'starting';
  const over = motion.value === 'finished' || motion.value === 'failed';
  return (
    <div class="transport" role="group" aria-label="Training">
      <button type="button" class="main" disabled={over} onClick={moving ? pause : resume}>
        {moving ? 'Pause' : 'Train'}
      </button>
      <button type="button" disabled={over} onClick={step}>
        Step
      </button>
      <button
        type="button"
        onClick={() => {
          restart();
        }}
      >
        Reset
      </button>
      <span class="soft">
        {rate.value > 0 ? `${rate.value.toFixed(1)} steps/s` : STANDING[motion.value]}
        {backend.value === undefined ? '' : ` · ${backend.value.name}: ${backend.value.reason}`}
      </span>
    </div>
  );
}

const STANDING = { starting: 'starting', training: 'training', paused: 'paused', finished: 'finished', failed: 'stopped' };

function Losses() {
  for (const run of runs.value) void run.version.value;
  const task = offeredTasks.find(({ id }) => id === setup.value.task);
  return (
    <figure class="losses">
      <figcaption>Training loss, {task?.loss.name}, by step</figcaption>
      <Chart
        title="Training loss by step"
        height={200}
        logarithmic
        data={joined(runs.value.map(({ lines }) => columnsOf(lines, [({ loss }) => loss], true)))}
        series={runs.value.map((_, place) => ({ label: `run ${place + 1}`, colour: `run-${place}` }))}
      />
    </figure>
  );
}

async function copy(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    copied.value = `Copied the ${what}.`;
  } catch {
    copied.value = `The browser did not allow copying the ${what}.`;
  }
}

function exportRecords(): void {
  runs.value.forEach((run, place) => {
    const records = recordsOf(run);
    if (records !== undefined) download(`run-${place + 1}.jsonl`, records);
  });
}

const app = document.getElementById('app');
if (app !== null) render(<App />, app);
restart();

import { catalogue, taskOf } from './catalogue.ts';
import { copied, copyLink } from './clipboard.ts';
import { Controls } from './controls.tsx';
import { apply, backend, ownText, pause, rate, restart, resume, setup, status, step } from './session.ts';
import { MOST_RUNS } from './setup.ts';

const STATUS = {
  starting: 'starting',
  training: 'training',
  paused: 'paused',
  finished: 'ended',
  failed: 'stopped',
};

/** Start, pause, step and reset; adding a run; the link; and the set-up, folded. */
export function Toolbar() {
  const moving = status.value === 'training' || status.value === 'starting';
  const over = status.value === 'finished' || status.value === 'failed';
  const { strategies, cell, optimizer, learningRate, task } = setup.value;
  const cellTitle = catalogue.cells.find(({ id }) => id === cell)?.title.split(' with ')[0];
  const data = ownText.value === undefined ? taskOf(task).title : 'next character of your text';
  return (
    <div class="toolbar" role="group" aria-label="Training">
      <button type="button" class="main" onClick={moving ? pause : over ? () => restart() : resume}>
        {moving ? 'Pause' : over ? 'Train again' : 'Train'}
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
      <button type="button" disabled={strategies.length >= MOST_RUNS} onClick={addRun}>
        Add a run
      </button>
      <button type="button" onClick={copyLink}>
        Copy link
      </button>
      <p class="status">
        <span class="rate">{rate.value > 0 ? `${rate.value.toFixed(1)} steps/s` : STATUS[status.value]}</span>{' '}
        {backend.value === undefined ? null : (
          <span class="backend soft" title={backend.value.reason}>
            on {backend.value.name}
            {setup.value.backend === 'auto' || setup.value.backend === backend.value.name
              ? ''
              : `, ${backend.value.reason}`}
          </span>
        )}{' '}
        <span role="status" class="copied">
          {copied.value}
        </span>
      </p>
      <details class="setup">
        <summary>
          Set-up{' '}
          <span class="soft">
            {cellTitle}, {data.toLowerCase()}, {optimizer}, learning rate {learningRate}
          </span>
        </summary>
        <Controls />
      </details>
    </div>
  );
}

/** Adds a run with a strategy that no other run has. */
function addRun(): void {
  const { strategies } = setup.value;
  const preferred = ['global-norm', 'adaptive-percentile', 'per-value', 'agc', 'z-clip'] as const;
  const all = [...preferred, ...catalogue.strategies.map(({ id }) => id)];
  const next = all.find((id) => strategies.every((one) => one.id !== id));
  if (next !== undefined) apply({ strategies: [...strategies, { id: next }] });
}

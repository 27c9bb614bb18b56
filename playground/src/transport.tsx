import { backend, status, pause, rate, restart, resume, step } from './session.ts';

const STANDING = {
  starting: 'starting',
  training: 'training',
  paused: 'paused',
  finished: 'finished',
  failed: 'stopped',
};

/** Start, pause, step and reset, how fast it goes, and on which backend. */
export function Transport() {
  const moving = status.value === 'training' || status.value === 'starting';
  const over = status.value === 'finished' || status.value === 'failed';
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
      <p class="standing">
        <span class="rate">{rate.value > 0 ? `${rate.value.toFixed(1)} steps/s` : STANDING[status.value]}</span>{' '}
        {backend.value === undefined ? null : (
          <span class="soft">
            on {backend.value.name}: {backend.value.reason}
          </span>
        )}
      </p>
    </div>
  );
}

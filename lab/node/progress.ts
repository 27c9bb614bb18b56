import cliProgress from 'cli-progress';
import { formatOutcome } from '../analysis/outcome.ts';
import type { Job } from './execute-run.ts';
import type { RunListener } from './execute-runs.ts';
import { TimeEstimate } from './time-estimate.ts';

/** A stream that shows progress, such as `process.stderr`. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows the progress of a comparison. */
export interface Progress extends RunListener {
  stop(): void;
}

/** Shows a progress bar on a terminal, and one line for each finished run elsewhere. */
export function showProgress(screen: Screen, jobs: readonly Job[], workers: number): Progress {
  const estimate = new TimeEstimate(
    jobs.map(({ id, config }) => ({ id, kind: `${config.task} ${config.cell}`, steps: config.steps })),
    workers,
  );
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const view = screen.isTTY ? createBar(screen, estimate, elapsed) : createLines(screen, estimate, elapsed);
  return {
    onSteps(job, done) {
      estimate.advance(job.id, done);
      view.update();
    },
    onEnd(job, end) {
      estimate.end(job.id, end.steps, end.ms);
      const { cell, strategy, learningRate, seed } = job.config;
      view.runEnded(`${cell} ${strategy.id} rate ${learningRate} seed ${seed}: ${formatOutcome(end)}`);
    },
    stop: () => view.stop(),
  };
}

interface ProgressView {
  update(): void;
  runEnded(description: string): void;
  stop(): void;
}

function createBar(screen: Screen, estimate: TimeEstimate, elapsed: () => number): ProgressView {
  const progressBar = new cliProgress.SingleBar(
    {
      stream: screen,
      format: '{bar} {percentage} % | {runs} runs | {rate} steps/s | {left}',
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  const fields = (): Record<string, string> => ({
    runs: `${estimate.finishedRuns}/${estimate.totalRuns}`,
    rate: formatRate(estimate, elapsed()),
    left: formatTimeLeft(estimate, elapsed()),
  });
  progressBar.start(estimate.progress.total, 0, fields());
  const update = (): void => progressBar.update(estimate.progress.done, fields());
  return { update, runEnded: update, stop: () => progressBar.stop() };
}

function createLines(screen: Screen, estimate: TimeEstimate, elapsed: () => number): ProgressView {
  return {
    update: () => undefined,
    runEnded(description) {
      const position = `${estimate.finishedRuns}/${estimate.totalRuns} runs, ${formatRate(estimate, elapsed())} steps/s, ${formatTimeLeft(estimate, elapsed())}`;
      screen.write(`${position}: ${description}\n`);
    },
    stop: () => undefined,
  };
}

function formatRate(estimate: TimeEstimate, elapsed: number): string {
  return (estimate.stepsTaken / Math.max(elapsed, 0.001)).toFixed(0);
}

function formatTimeLeft(estimate: TimeEstimate, elapsed: number): string {
  const seconds = estimate.secondsLeft(elapsed);
  if (seconds === undefined) return 'time left unknown';
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')} left`;
}

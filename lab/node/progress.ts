import cliProgress from 'cli-progress';
import { formatOutcome } from '../analysis/outcome.ts';
import { modelKey } from './check-models.ts';
import type { Job } from './execute-run.ts';
import type { RunListener } from './execute-runs.ts';
import { TimeEstimate } from './time-estimate.ts';

/** A stream that shows progress, such as `process.stderr`. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows the progress of a comparison. */
export interface Progress extends RunListener {
  /** Prints a line above the bar. */
  log(line: string): void;
  stop(): void;
}

/**
 * Shows a progress bar on a terminal, and one line for each finished run elsewhere.
 *
 * @param stepMs the expected duration of a step in milliseconds, by `modelKey`
 */
export function showProgress(
  screen: Screen,
  jobs: readonly Job[],
  workers: number,
  stepMs?: ReadonlyMap<string, number>,
): Progress {
  const runs = jobs.map(({ id, config }) => ({ id, kind: modelKey(config), steps: config.steps }));
  const estimate = new TimeEstimate(runs, workers, stepMs);
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const view = screen.isTTY ? createBar(screen, estimate, elapsed) : createLines(screen, estimate, elapsed);
  return {
    onSteps(job, done) {
      estimate.advance(job.id, done, elapsed());
      view.update();
    },
    onEnd(job, end) {
      estimate.end(job.id, end.steps, end.ms);
      view.runEnded(`${describeRun(job)}: ${formatOutcome(end)}`);
    },
    onFailure(job, reason) {
      estimate.fail(job.id);
      view.log(`${describeRun(job)} failed: ${reason}`);
    },
    log: (line) => view.log(line),
    stop: () => view.stop(),
  };
}

/** Names a run by what distinguishes it from the others on the screen. */
export function describeRun({ config: { cell, strategy, learningRate, seed } }: Pick<Job, 'config'>): string {
  return `${cell} ${strategy.id} rate ${learningRate} seed ${seed}`;
}

interface ProgressView {
  update(): void;
  runEnded(description: string): void;
  log(line: string): void;
  stop(): void;
}

function createBar(screen: Screen, estimate: TimeEstimate, elapsed: () => number): ProgressView {
  const bars = new cliProgress.MultiBar(
    {
      stream: screen,
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
    left: formatTimeLeft(estimate, elapsed()),
  });
  const format = '{bar} {percentage} % | {runs} runs | {left}';
  const bar = bars.create(estimate.progress.total, 0, fields(), { format });
  const latest = bars.create(1, 0, { result: 'no run has ended yet' }, { format: 'Latest: {result}' });
  const update = (): void => bar.update(estimate.progress.done, fields());
  return {
    update,
    runEnded(description) {
      latest.update({ result: description });
      update();
    },
    log(line) {
      bars.log(`${line}\n`);
      update();
    },
    stop: () => bars.stop(),
  };
}

function createLines(screen: Screen, estimate: TimeEstimate, elapsed: () => number): ProgressView {
  const log = (line: string): void => void screen.write(`${line}\n`);
  return {
    update: () => undefined,
    runEnded(description) {
      const { finishedRuns, totalRuns } = estimate;
      log(`${finishedRuns}/${totalRuns} runs, ${formatTimeLeft(estimate, elapsed())}: ${description}`);
    },
    log,
    stop: () => undefined,
  };
}

function formatTimeLeft(estimate: TimeEstimate, elapsed: number): string {
  const seconds = estimate.secondsLeft(elapsed);
  return seconds === undefined ? 'time left unknown' : `${formatDuration(seconds)} left`;
}

/** Formats a duration in seconds as hours, minutes and seconds, such as `3:05` or `1:03:05`. */
export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds);
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const start = hours === 0 ? `${minutes}` : `${hours}:${twoDigits(minutes)}`;
  return `${start}:${twoDigits(rounded % 60)}`;
}

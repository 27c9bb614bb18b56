import cliProgress from 'cli-progress';
import { outcomeOf } from '../report/outcome.ts';
import type { Job } from './execute.ts';
import { Forecast } from './forecast.ts';
import type { RunWatcher } from './pool.ts';

/** Where progress is shown; `process.stderr` is one. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Shows how a comparison gets on. */
export interface Progress extends RunWatcher {
  stop(): void;
}

/** A bar where the screen is a terminal, and elsewhere a plain line for every run that ends. */
export function progressOn(screen: Screen, jobs: readonly Job[], workers: number): Progress {
  const forecast = new Forecast(
    jobs.map(({ id, config }) => ({ id, kind: `${config.task} ${config.cell}`, steps: config.steps })),
    workers,
  );
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  const show = screen.isTTY ? bar(screen, forecast, elapsed) : lines(screen, forecast, elapsed);
  return {
    onSteps(job, done) {
      forecast.advance(job.id, done);
      show.update();
    },
    onEnd(job, end) {
      forecast.end(job.id, end.steps, end.ms);
      const { cell, strategy, learningRate, seed } = job.config;
      show.ended(`${cell} ${strategy.id} rate ${learningRate} seed ${seed}: ${outcomeOf(end)}`);
    },
    stop: () => show.stop(),
  };
}

interface Show {
  update(): void;
  ended(what: string): void;
  stop(): void;
}

function bar(screen: Screen, forecast: Forecast, elapsed: () => number): Show {
  const single = new cliProgress.SingleBar(
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
  const payload = (): Record<string, string> => ({
    runs: `${forecast.runsEnded}/${forecast.runsInAll}`,
    rate: rateOf(forecast, elapsed()),
    left: leftOf(forecast, elapsed()),
  });
  single.start(forecast.progress.total, 0, payload());
  const update = (): void => single.update(forecast.progress.done, payload());
  return { update, ended: update, stop: () => single.stop() };
}

function lines(screen: Screen, forecast: Forecast, elapsed: () => number): Show {
  return {
    update: () => undefined,
    ended(what) {
      const state = `${forecast.runsEnded}/${forecast.runsInAll} runs, ${rateOf(forecast, elapsed())} steps/s, ${leftOf(forecast, elapsed())}`;
      screen.write(`${state}: ${what}\n`);
    },
    stop: () => undefined,
  };
}

function rateOf(forecast: Forecast, elapsed: number): string {
  return (forecast.stepsTaken / Math.max(elapsed, 0.001)).toFixed(0);
}

function leftOf(forecast: Forecast, elapsed: number): string {
  const seconds = forecast.secondsLeft(elapsed);
  if (seconds === undefined) return 'time left unknown';
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} left`;
}

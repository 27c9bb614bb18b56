/** A run whose time is estimated. */
export interface TimedRun {
  readonly id: string;
  /** Runs of one kind take equally long steps. */
  readonly kind: string;
  readonly steps: number;
}

interface RunProgress extends TimedRun {
  done: number;
  ended: boolean;
  /** When the run reported first, in seconds, and the steps it had then completed. */
  first?: { readonly at: number; readonly done: number };
}

/** The share of a new estimate in the one that is shown, so that it moves steadily. */
const SMOOTHING = 0.15;

/** Measured steps that outweigh the expected pace of a kind. */
const PRIOR_STEPS = 10;

/**
 * Counts completed steps and estimates the remaining time.
 *
 * A step of an LSTM takes longer than one of an RNN, so the pace is measured for each kind of run: of those that have
 * ended and of those in progress.
 */
export class TimeEstimate {
  readonly #runs: ReadonlyMap<string, RunProgress>;
  readonly #pace = new Map<string, { ms: number; steps: number }>();
  readonly #workers: number;
  readonly #expectedMs: ReadonlyMap<string, number>;
  #endsAt: number | undefined;

  /**
   * @param workers the number of runs at a time
   * @param expectedMs the expected duration of a step in milliseconds, by kind
   */
  constructor(runs: readonly TimedRun[], workers: number, expectedMs: ReadonlyMap<string, number> = new Map()) {
    this.#runs = new Map(runs.map((run) => [run.id, { ...run, done: 0, ended: false }]));
    this.#workers = Math.max(1, Math.min(workers, runs.length));
    this.#expectedMs = expectedMs;
  }

  /** Notes that a run has completed `done` steps at a time, in seconds since the start. */
  advance(id: string, done: number, elapsed: number): void {
    const run = this.#find(id);
    run.first ??= { at: elapsed, done };
    run.done = Math.max(done, run.done);
  }

  /** Notes that a run has ended after `steps` steps, possibly early, and `ms` milliseconds. */
  end(id: string, steps: number, ms: number): void {
    const run = this.#find(id);
    run.done = steps;
    run.ended = true;
    const before = this.#pace.get(run.kind) ?? { ms: 0, steps: 0 };
    this.#pace.set(run.kind, { ms: before.ms + ms, steps: before.steps + steps });
  }

  /** Notes that a run has failed. */
  fail(id: string): void {
    this.#find(id).ended = true;
  }

  /** Completed steps, including those that an ended run skipped, and the total. */
  get progress(): { readonly done: number; readonly total: number } {
    const runs = [...this.#runs.values()];
    return {
      done: runs.reduce((sum, run) => sum + (run.ended ? run.steps : run.done), 0),
      total: runs.reduce((sum, run) => sum + run.steps, 0),
    };
  }

  get finishedRuns(): number {
    return [...this.#runs.values()].filter(({ ended }) => ended).length;
  }

  get totalRuns(): number {
    return this.#runs.size;
  }

  /**
   * Estimates the remaining seconds, smoothed over the earlier estimates; undefined while no pace is known.
   *
   * @param elapsed seconds since the start
   */
  secondsLeft(elapsed: number): number | undefined {
    const paces = this.#paces(elapsed);
    if (paces.size === 0) return undefined;
    const known = [...paces.values()];
    const average = known.reduce((sum, pace) => sum + pace, 0) / known.length;
    let ms = 0;
    for (const { kind, steps, done, ended } of this.#runs.values()) {
      if (!ended) ms += (steps - done) * (paces.get(kind) ?? average);
    }
    const endsAt = elapsed + ms / 1000 / this.#workers;
    this.#endsAt = ms === 0 ? endsAt : (this.#endsAt ?? endsAt) + SMOOTHING * (endsAt - (this.#endsAt ?? endsAt));
    return Math.max(0, this.#endsAt - elapsed);
  }

  /** The milliseconds per step of each kind, as far as it is expected or measured. */
  #paces(elapsed: number): ReadonlyMap<string, number> {
    const sums = new Map(
      [...this.#expectedMs].map(([kind, ms]) => [kind, { ms: PRIOR_STEPS * ms, steps: PRIOR_STEPS }]),
    );
    const add = (kind: string, ms: number, steps: number): void => {
      const sum = sums.get(kind) ?? { ms: 0, steps: 0 };
      sums.set(kind, { ms: sum.ms + ms, steps: sum.steps + steps });
    };
    for (const [kind, { ms, steps }] of this.#pace) add(kind, ms, steps);
    for (const { kind, done, ended, first } of this.#runs.values()) {
      if (!ended && first !== undefined && done > first.done) {
        add(kind, 1000 * (elapsed - first.at), done - first.done);
      }
    }
    return new Map([...sums].flatMap(([kind, { ms, steps }]) => (steps > 0 ? [[kind, ms / steps] as const] : [])));
  }

  #find(id: string): RunProgress {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`Unknown run ${id}.`);
    return run;
  }
}

interface RunProgress {
  readonly kind: string;
  readonly steps: number;
  done: number;
  ended: boolean;
}

/**
 * Counts completed steps and estimates the remaining time.
 *
 * A step of an LSTM takes longer than one of an RNN, so the pace is measured for each kind of run.
 */
export class TimeEstimate {
  readonly #runs = new Map<string, RunProgress>();
  readonly #pace = new Map<string, { ms: number; steps: number }>();
  readonly #workers: number;
  #stepsTaken = 0;

  constructor(
    runs: readonly { readonly id: string; readonly kind: string; readonly steps: number }[],
    workers: number,
  ) {
    for (const { id, kind, steps } of runs) this.#runs.set(id, { kind, steps, done: 0, ended: false });
    this.#workers = Math.max(1, workers);
  }

  /** Notes that a run has completed `done` steps. */
  advance(id: string, done: number): void {
    const run = this.#find(id);
    this.#stepsTaken += Math.max(0, done - run.done);
    run.done = Math.max(done, run.done);
  }

  /** Notes that a run has ended after `steps` steps, possibly early, and `ms` milliseconds. */
  end(id: string, steps: number, ms: number): void {
    this.advance(id, steps);
    const run = this.#find(id);
    run.ended = true;
    const before = this.#pace.get(run.kind) ?? { ms: 0, steps: 0 };
    this.#pace.set(run.kind, { ms: before.ms + ms, steps: before.steps + steps });
  }

  /** Completed steps, including those that a diverged run skipped, and the total. */
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

  /** Steps that were trained, without those that diverged runs skipped. */
  get stepsTaken(): number {
    return this.#stepsTaken;
  }

  /**
   * Estimates the remaining seconds; undefined before the first step.
   *
   * @param elapsed seconds since the start, which set the pace of kinds that have no finished run yet
   */
  secondsLeft(elapsed: number): number | undefined {
    if (this.#stepsTaken === 0) return undefined;
    const averagePace = (1000 * elapsed * this.#workers) / Math.max(1, this.#stepsTaken);
    let ms = 0;
    for (const { kind, steps, done, ended } of this.#runs.values()) {
      if (ended) continue;
      const pace = this.#pace.get(kind);
      ms += (steps - done) * (pace === undefined ? averagePace : pace.ms / Math.max(1, pace.steps));
    }
    return ms / 1000 / this.#workers;
  }

  #find(id: string): RunProgress {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`Unknown run ${id}.`);
    return run;
  }
}

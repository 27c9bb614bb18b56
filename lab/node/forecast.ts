/** A run as far as time is concerned. */
interface Course {
  readonly kind: string;
  readonly steps: number;
  done: number;
  ended: boolean;
}

/**
 * Says how much is done and how long the rest will take.
 *
 * Steps of an LSTM take longer than those of an RNN, so time is kept for each kind of run by itself.
 */
export class Forecast {
  readonly #runs = new Map<string, Course>();
  readonly #msPerStep = new Map<string, { ms: number; steps: number }>();
  readonly #workers: number;
  #stepsTaken = 0;

  constructor(
    runs: readonly { readonly id: string; readonly kind: string; readonly steps: number }[],
    workers: number,
  ) {
    for (const { id, kind, steps } of runs) this.#runs.set(id, { kind, steps, done: 0, ended: false });
    this.#workers = Math.max(1, workers);
  }

  /** So many steps of a run are done. */
  advance(id: string, done: number): void {
    const run = this.#course(id);
    this.#stepsTaken += Math.max(0, done - run.done);
    run.done = Math.max(done, run.done);
  }

  /** A run has ended after so many steps and milliseconds, early perhaps. */
  end(id: string, steps: number, ms: number): void {
    this.advance(id, steps);
    const run = this.#course(id);
    run.ended = true;
    const known = this.#msPerStep.get(run.kind) ?? { ms: 0, steps: 0 };
    this.#msPerStep.set(run.kind, { ms: known.ms + ms, steps: known.steps + steps });
  }

  /** Steps done, those that a diverged run was spared included, and steps in all. */
  get progress(): { readonly done: number; readonly total: number } {
    const runs = [...this.#runs.values()];
    return {
      done: runs.reduce((sum, run) => sum + (run.ended ? run.steps : run.done), 0),
      total: runs.reduce((sum, run) => sum + run.steps, 0),
    };
  }

  get runsEnded(): number {
    return [...this.#runs.values()].filter(({ ended }) => ended).length;
  }

  get runsInAll(): number {
    return this.#runs.size;
  }

  /** Steps that were really taken. */
  get stepsTaken(): number {
    return this.#stepsTaken;
  }

  /** Seconds that are left, or undefined before the first step; `elapsed` in seconds sets the pace of kinds not yet seen. */
  secondsLeft(elapsed: number): number | undefined {
    if (this.#stepsTaken === 0) return undefined;
    const usual = (1000 * elapsed * this.#workers) / Math.max(1, this.#stepsTaken);
    let ms = 0;
    for (const { kind, steps, done, ended } of this.#runs.values()) {
      if (ended) continue;
      const pace = this.#msPerStep.get(kind);
      ms += (steps - done) * (pace === undefined ? usual : pace.ms / Math.max(1, pace.steps));
    }
    return ms / 1000 / this.#workers;
  }

  #course(id: string): Course {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`No run ${id} in this forecast.`);
    return run;
  }
}

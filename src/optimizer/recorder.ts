import { concat, dispose, keep, stack, tidy, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { recordOf, type Measurement, type StepRecord } from './records.ts';

/** A step as it stands on the device; see {@link Measurement}. */
export interface DeviceMeasurement {
  readonly step: number;
  readonly variables: readonly string[];
  readonly norms: Tensor1D;
  readonly finite: Tensor1D;
  readonly normBefore: Scalar;
  readonly normAfter: Scalar;
  readonly skipped: Scalar;
}

interface Row {
  readonly step: number;
  readonly variables: readonly string[];
  readonly values: Tensor1D;
}

// One read fetches this many steps.
const BATCH = 64;
const SCALARS = 3;

/**
 * Keeps the records of the latest steps.
 *
 * Where reads are free a step is recorded at once. Elsewhere it stays on the device as one row, and rows are read in
 * batches after the step, so that training never waits for them.
 */
export class Recorder {
  readonly #window: number;
  readonly #onStep: ((record: StepRecord) => void) | undefined;
  #records: StepRecord[] = [];
  #rows: Row[] = [];
  #reading: Promise<void> = Promise.resolve();
  #inFlight = 0;

  constructor(window: number, onStep: ((record: StepRecord) => void) | undefined) {
    this.#window = window;
    this.#onStep = onStep;
  }

  /** Whether anybody wants records. */
  get active(): boolean {
    return this.#window > 0 || this.#onStep !== undefined;
  }

  /** Records a step that the host has measured. */
  record(measured: Measurement): void {
    const record = recordOf(measured);
    this.#records.push(record);
    // Dropping many at a time keeps this cheap for long windows.
    if (this.#records.length > 2 * this.#window + BATCH) this.#records = this.#latest();
    this.#onStep?.(record);
  }

  /** Records a step that only the device knows, later. */
  recordLater({ step, variables, norms, finite, normBefore, normAfter, skipped }: DeviceMeasurement): void {
    const values = tidy(() => concat([stack([normBefore, normAfter, skipped]), norms, finite]) as Tensor1D);
    this.#rows.push({ step, variables, values: keep(values) });
    if (this.#rows.length < BATCH) return;
    // A loop that never yields never lets a read end; then the oldest rows go, and memory stays bounded.
    if (this.#inFlight * BATCH > Math.max(this.#window, BATCH)) {
      dispose(this.#rows.splice(0, BATCH).map((row) => row.values));
      return;
    }
    void this.#read();
  }

  /** The records of the window, oldest first. */
  async records(): Promise<StepRecord[]> {
    await this.#read();
    return this.#latest();
  }

  /** Frees what is still on the device. */
  dispose(): void {
    dispose(this.#rows.map((row) => row.values));
    this.#rows = [];
  }

  #latest(): StepRecord[] {
    return this.#window === 0 ? [] : this.#records.slice(-this.#window);
  }

  #read(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return this.#reading;
    this.#rows = [];
    this.#inFlight += 1;
    const all = tidy(() => keep(concat(rows.map((row) => row.values))));
    dispose(rows.map((row) => row.values));
    const before = this.#reading;
    this.#reading = all.data<'float32'>().then(async (values) => {
      all.dispose();
      await before;
      this.#inFlight -= 1;
      let start = 0;
      for (const row of rows) {
        const end = start + row.values.size;
        this.record(measurementOf(row, values.subarray(start, end)));
        start = end;
      }
    });
    return this.#reading;
  }
}

function measurementOf({ step, variables }: Row, values: Float32Array): Measurement {
  const [normBefore = NaN, normAfter = NaN, skipped = 0] = values;
  const finiteFrom = SCALARS + variables.length;
  return {
    step,
    variables,
    norms: values.subarray(SCALARS, finiteFrom),
    finite: values.subarray(finiteFrom),
    normBefore,
    normAfter,
    skipped: skipped === 1,
  };
}

import { concat, dispose, keep, stack, tidy, type Tensor1D } from '@tensorflow/tfjs-core';
import type { DeviceMeasurement, Measurement } from './measure.ts';
import { recordOf, type StepRecord } from './records.ts';

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
 * On the host a step is recorded at once. On a device it stays there as one row, and the host reads rows in batches
 * outside the step, so training never waits.
 */
export class Recorder {
  readonly #window: number;
  readonly #onStep: ((record: StepRecord) => void) | undefined;
  readonly #watch: ((record: StepRecord) => void) | undefined;
  #records: StepRecord[] = [];
  #last: StepRecord | undefined;
  #rows: Row[] = [];
  #reading: Promise<void> | undefined;

  constructor(
    window: number,
    onStep: ((record: StepRecord) => void) | undefined,
    watch?: (record: StepRecord) => void,
  ) {
    this.#window = window;
    this.#onStep = onStep;
    this.#watch = watch;
  }

  /** Whether steps are recorded at all. */
  get isActive(): boolean {
    return this.#window > 0 || this.#onStep !== undefined;
  }

  /** The newest record on the host. */
  get last(): StepRecord | undefined {
    return this.#last;
  }

  /** Records a step measured on the host. */
  record(measured: Measurement): void {
    const record = this.#file(measured);
    this.#onStep?.(record);
  }

  /** Records a step measured on the device, once its row is read. */
  recordLater({ step, variables, norms, finite, normBefore, normAfter, skipped }: DeviceMeasurement): void {
    const values = tidy(() => keep(concat([stack([normBefore, normAfter, skipped]), norms, finite]) as Tensor1D));
    this.#rows.push({ step, variables, values });
    // A loop that never yields never lets a read start, so the oldest rows are dropped.
    if (this.#rows.length > Math.max(this.#window, BATCH)) this.#rows.shift()?.values.dispose();
    if (this.#rows.length >= BATCH) void this.#read();
  }

  /** The records of the window, oldest first. */
  async records(): Promise<StepRecord[]> {
    // More steps can follow during a read.
    while (this.#rows.length > 0 || this.#reading !== undefined) await this.#read();
    return this.#latest();
  }

  /** Disposes the rows that are still on the device. */
  dispose(): void {
    dispose(this.#rows.map((row) => row.values));
    this.#rows = [];
  }

  #latest(): StepRecord[] {
    return this.#window === 0 ? [] : this.#records.slice(-this.#window);
  }

  #file(measured: Measurement): StepRecord {
    const record = recordOf(measured);
    this.#last = record;
    this.#records.push(record);
    this.#watch?.(record);
    // Dropping many at once keeps this cheap for long windows.
    if (this.#records.length > 2 * this.#window + BATCH) this.#records = this.#latest();
    return record;
  }

  /** Reads the rows; calls during a read wait for that read. */
  #read(): Promise<void> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #fetch(): Promise<void> {
    // Outside the step, which continues with the next statement.
    await Promise.resolve();
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    const all = tidy(() => keep(concat(rows.map((row) => row.values))));
    dispose(rows.map((row) => row.values));
    let values: Float32Array;
    try {
      values = await all.data<'float32'>();
    } finally {
      all.dispose();
    }
    let start = 0;
    const records = rows.map((row) => {
      const end = start + row.values.size;
      const record = this.#file(measurementOf(row, values.subarray(start, end)));
      start = end;
      return record;
    });
    // All records are kept before the listener is called, because it may throw.
    for (const record of records) this.#onStep?.(record);
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
    skipped,
  };
}

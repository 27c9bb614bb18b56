import { concat, dispose, keep, scalar, stack, tidy, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import type { DeviceMeasurement, Measurement } from './measure.ts';
import { recordOf, type StepRecord } from './records.ts';

interface Row {
  readonly step: number;
  readonly variables: readonly string[];
  readonly values: Tensor1D;
  readonly hasThreshold: boolean;
  /** Where its record goes; another list than that of later rows after a reset. */
  readonly records: StepRecord[];
}

type Listener = (record: StepRecord) => void;

// One read fetches this many steps.
const BATCH = 64;
const SCALARS = 5;
const OUTER_SKIP = 3;

/**
 * Keeps the records of the latest steps.
 *
 * On the host a step is recorded at once. On a device it stays there as one row, and the host reads rows in batches
 * outside the step, so training never waits.
 */
export class Recorder {
  /** Called with each record before the listener. */
  watch: Listener | undefined;
  readonly #window: number;
  readonly #onStep: Listener | undefined;
  #records: StepRecord[] = [];
  #last: StepRecord | undefined;
  #rows: Row[] = [];
  #reading: Promise<void> | undefined;
  #isDisposed = false;
  // The first error of a listener or a read that was not thrown yet.
  #failure: { readonly error: unknown } | undefined;

  constructor(window: number, onStep: Listener | undefined, watch?: Listener) {
    this.#window = window;
    this.#onStep = onStep;
    this.watch = watch;
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
    const record = this.#keep(measured, this.#records);
    this.#onStep?.(record);
  }

  /**
   * Records a step measured on the device once its row is read, unless `outerSkip` is 1: then a wrapper outside skips it.
   *
   * @throws What the listener threw for an earlier step.
   */
  recordLater(measured: DeviceMeasurement, outerSkip?: Scalar): void {
    const { step, variables, norms, finite, normBefore, normAfter, skipped, threshold = skipped } = measured;
    const values = tidy(() => {
      const scalars = stack([normBefore, normAfter, skipped, outerSkip ?? scalar(0), threshold]);
      return keep(concat([scalars, norms, finite]) as Tensor1D);
    });
    const hasThreshold = measured.threshold !== undefined;
    this.#rows.push({ step, variables, values, hasThreshold, records: this.#records });
    // A loop that never yields never lets a read start, so the oldest rows are dropped.
    if (this.#rows.length > Math.max(this.#window, BATCH)) this.#rows.shift()?.values.dispose();
    if (this.#rows.length >= BATCH) void this.#read();
    this.#throwFailure();
  }

  /**
   * The records of the window, oldest first.
   *
   * @throws What the listener threw for a step that was read from the device.
   */
  async records(): Promise<StepRecord[]> {
    // More steps can follow during a read.
    while (this.#rows.length > 0 || this.#reading !== undefined) await this.#read();
    this.#throwFailure();
    return this.#window === 0 ? [] : this.#records.slice(-this.#window);
  }

  /** Forgets the records. The listener still receives those on the device. */
  reset(): void {
    this.#records = [];
    this.#last = undefined;
  }

  /** Drops the rows that are still on the device; the listener is not called any more. */
  dispose(): void {
    this.#isDisposed = true;
    dispose(this.#rows.map((row) => row.values));
    this.#rows = [];
  }

  #keep(measured: Measurement, records: StepRecord[]): StepRecord {
    const record = recordOf(measured);
    records.push(record);
    // Dropping many at once keeps this cheap for long windows.
    if (records.length > 2 * this.#window + BATCH) records.splice(0, records.length - this.#window);
    if (records === this.#records) this.#last = record;
    this.watch?.(record);
    return record;
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Reads the rows and never rejects; calls during a read wait for that read. */
  #read(): Promise<void> {
    this.#reading ??= this.#fetch()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
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
    const records = rows.flatMap((row) => {
      const own = values.subarray(start, (start += row.values.size));
      return own[OUTER_SKIP] === 1 ? [] : [this.#keep(measurementOf(row, own), row.records)];
    });
    // All records are kept first, and a listener that throws receives the rest of them.
    for (const record of records) {
      if (this.#isDisposed) return;
      try {
        this.#onStep?.(record);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
  }
}

function measurementOf({ step, variables, hasThreshold }: Row, values: Float32Array): Measurement {
  const [normBefore = NaN, normAfter = NaN, skipped = 0, , threshold] = values;
  const finiteFrom = SCALARS + variables.length;
  return {
    step,
    variables,
    norms: values.subarray(SCALARS, finiteFrom),
    finite: values.subarray(finiteFrom),
    normBefore,
    normAfter,
    skipped,
    threshold: hasThreshold ? threshold : undefined,
  };
}

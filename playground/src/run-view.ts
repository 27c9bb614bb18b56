import { signal, type Signal } from '@preact/signals';
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { WorkerMessage, Options } from './protocol.ts';

/** The number of steps of the clip rate. */
export const RECENT = 50;

/** One run as the page shows it. */
export interface RunView {
  readonly lines: StepLine[];
  /** At each step, the share of the last {@link RECENT} steps that were clipped. */
  readonly clipRates: number[];
  /** Increases with each message, so that views update without copying the lines. */
  readonly version: Signal<number>;
  readonly options: Signal<Options | undefined>;
  readonly end: Signal<EndRecord | undefined>;
  readonly sample: Signal<{ step: number; text: string } | undefined>;
  readonly flow: Signal<{ step: number; norms: readonly number[] } | undefined>;
  /** The first line of its records, once it has ended. */
  start: string;
}

/** Creates a run without any message yet. */
export function newRun(): RunView {
  return {
    lines: [],
    clipRates: [],
    version: signal(0),
    options: signal(undefined),
    end: signal(undefined),
    sample: signal(undefined),
    flow: signal(undefined),
    start: '',
  };
}

/** Applies a message of the worker to a run. */
export function applyMessage(run: RunView, message: Extract<WorkerMessage, { run: number }>): void {
  switch (message.type) {
    case 'records':
      run.start = message.start;
      return;
    case 'options':
      run.options.value = message.options;
      return;
    case 'steps':
      for (const line of message.lines) {
        run.lines.push(line);
        const recent = run.lines.slice(-RECENT);
        run.clipRates.push(recent.filter(({ clipped }) => clipped).length / recent.length);
      }
      run.version.value += 1;
      return;
    case 'sample':
      run.sample.value = message;
      return;
    case 'flow':
      run.flow.value = message;
      return;
    case 'end':
      run.end.value = message.end;
  }
}
